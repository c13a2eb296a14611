package dev.falcon.batching;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What models compute on: as many turns at once as there are processors, first come, first served, whether a request takes
 * one for itself or a batcher for many. A further one would only slow the others down, and while it waits here other
 * connections have their turn, so that refusals and status pages are not behind everything that came before them. Batchers
 * have no threads but those here, however many models there are. Safe for use by many threads.
 */
public final class Processors {

    private final int count;
    private final Semaphore free;
    private final ScheduledThreadPoolExecutor threads;
    private final AtomicInteger choosing = new AtomicInteger();
    private final WorkWatch watch;

    /** @param count turns at once */
    public Processors(int count, Ticker ticker) {
        this.count = count;
        this.watch = new WorkWatch(ticker);
        this.free = new Semaphore(count, true);
        this.threads = new ScheduledThreadPoolExecutor(count,
                Thread.ofPlatform().daemon().name("batcher-", 1).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Turns at once. */
    public int count() {
        return count;
    }

    /** Sees to it that whoever waits for a batch does not wait too long. */
    WorkWatch watch() {
        return watch;
    }

    /** Turns that nobody has, or whose thread has not chosen yet what to compute; asked by one of these. An estimate. */
    int idle() {
        return Math.clamp((long) free.availablePermits() + choosing.get(), 1, count);
    }

    /**
     * Waits for a turn.
     *
     * @return false once the deadline has passed
     */
    public boolean take(Deadline deadline) throws InterruptedException {
        return !deadline.passed() && free.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for a turn as long as it takes. */
    public void take() throws InterruptedException {
        free.acquire();
    }

    /** Ends a turn that was taken. */
    public void leave() {
        free.release();
    }

    /** Takes a turn on a thread of its own, as soon as there is one, to choose what to compute and compute it; not once stopped. */
    void execute(Supplier<Runnable> choice) {
        threads.execute(() -> {
            try {
                takeToChoose();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            try {
                chosen(choice).run();
            } finally {
                leave();
            }
        });
    }

    /** Choosing before the turn is taken, where one is free: who chooses at the same time would else take all there is to compute. */
    private void takeToChoose() throws InterruptedException {
        choosing.incrementAndGet();
        if (!free.tryAcquire(0, TimeUnit.NANOSECONDS)) {
            choosing.decrementAndGet();
            free.acquire();
            choosing.incrementAndGet();
        }
    }

    private Runnable chosen(Supplier<Runnable> choice) {
        try {
            return choice.get();
        } finally {
            choosing.decrementAndGet();
        }
    }

    /** Runs this later, without a turn; not at all once they are stopped. */
    void executeIn(long nanos, Runnable work) {
        var _ = threads.schedule(work, nanos, TimeUnit.NANOSECONDS);
    }

    /** Lets its threads take nothing more and tells them to end, for which it does not wait. */
    public void stop() {
        threads.shutdownNow();
    }

    /** Waits for its threads to end, whose model may take its time; for no longer than that. What they then still work on fails. */
    public void awaitEnd(Deadline deadline) throws InterruptedException {
        try {
            var _ = threads.awaitTermination(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
        } finally {
            watch.stop();
        }
    }
}
