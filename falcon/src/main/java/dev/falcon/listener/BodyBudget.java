package dev.falcon.listener;

import java.util.concurrent.Semaphore;

/**
 * The memory that the bodies of all requests may hold together. Connections alone do not bound it: each of them may send
 * a body as long as the limit. Safe for use by many threads.
 */
final class BodyBudget {

    private static final int SHARE_OF_HEAP = 8;
    private static final long AT_LEAST_BODIES = 4;

    private final Semaphore freeBytes;

    BodyBudget(int bytes) {
        this.freeBytes = new Semaphore(bytes);
    }

    /** An eighth of the heap, but never less than a few of the longest bodies. */
    static BodyBudget of(int maxBodyBytes, long maxHeapBytes) {
        long bytes = Math.max(maxHeapBytes / SHARE_OF_HEAP, AT_LEAST_BODIES * (maxBodyBytes + 1L));
        return new BodyBudget((int) Math.min(bytes, Integer.MAX_VALUE));
    }

    /** Room for the body of one request, empty at first. */
    BodyRoom room() {
        return new BodyRoom(this);
    }

    boolean take(int bytes) {
        return freeBytes.tryAcquire(bytes);
    }

    void giveBack(int bytes) {
        freeBytes.release(bytes);
    }

    int freeBytes() {
        return freeBytes.availablePermits();
    }
}
