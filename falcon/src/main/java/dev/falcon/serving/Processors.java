package dev.falcon.serving;

import dev.falcon.batching.DynamicBatcher;
import dev.falcon.inference.Deadline;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What models compute on: as many turns at once as there are processors, first come, first served, whether a request takes
 * one for itself or a batcher for many. A further one would only slow the others down, and while it waits here other
 * connections have their turn, so that refusals and status pages are not behind everything that came before them. Safe for
 * use by many threads.
 */
final class Processors implements DynamicBatcher.Slots {

    private final int count;
    private final Semaphore free;

    Processors(int count) {
        this.count = count;
        this.free = new Semaphore(count, true);
    }

    int count() {
        return count;
    }

    /** @return false once the deadline has passed */
    boolean take(Deadline deadline) throws InterruptedException {
        return !deadline.passed() && free.tryAcquire(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void take() throws InterruptedException {
        free.acquire();
    }

    @Override
    public void leave() {
        free.release();
    }
}
