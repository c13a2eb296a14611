package dev.falcon.batching;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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

    /** Runs this on a thread of its own as soon as it has a turn; not at all once they are stopped. */
    void execute(Runnable work) {
        threads.execute(() -> {
            try {
                take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            try {
                work.run();
            } finally {
                leave();
            }
        });
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
