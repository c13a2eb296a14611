package dev.falcon.batching;

import dev.falcon.inference.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What models compute on: as many turns at once as there are processors, first come, first served, whether a request takes
 * one for itself or a batcher for many. A further one would only slow the others down, and while it waits here other
 * connections have their turn, so that refusals and status pages are not behind everything that came before them. Safe for
 * use by many threads.
 */
public final class Processors {

    private final int count;
    private final Semaphore free;

    /** @param count turns at once */
    public Processors(int count) {
        this.count = count;
        this.free = new Semaphore(count, true);
    }

    /** Turns at once. */
    public int count() {
        return count;
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
}
