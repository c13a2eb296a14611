package dev.falcon.inferencelog;

import java.util.concurrent.TimeUnit;

/**
 * Decides what the two threads of the log do next, from what waits and for how long. Pure.
 *
 * @param capacity records that memory holds
 */
record WriterPolicy(int capacity) {

    /** What is not committed at this age goes to disk; with the time that takes, it bounds what a kill can lose. */
    static final long SPOOL_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(150);
    /** How long the first record of a batch waits for others. */
    static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    /** The longest either thread looks away. */
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final int MAX_BATCH = 500;
    /** Records from disk do not take memory from newcomers, so more of them go at once. */
    static final int SPOOL_BATCH = 1000;

    /**
     * What waits at one moment.
     *
     * @param oldestNanos age of the oldest of those in the buffer
     * @param writingNanos age of the batch that is on its way from memory and not yet on disk; 0 for none
     * @param spooled records on disk
     */
    record Waiting(int buffered, long oldestNanos, long writingNanos, long spooled) {}

    /** What the writer does. */
    sealed interface Action {}

    /** Take a batch and write it. */
    record Write() implements Action {}

    /** Nothing for at most this long. */
    record Rest(long nanos) implements Action {}

    /** Records in one batch; small enough that memory has room for newcomers while it is on its way. */
    int batchSize() {
        return Math.clamp(capacity / 4, 1, MAX_BATCH);
    }

    /** From here on the buffer goes to disk, whatever its age. */
    int spoolFrom() {
        return Math.max(capacity / 2, 1);
    }

    /** What the writer does next; what is on disk goes first, at once. */
    Action next(Waiting waiting, boolean sinkUsable, boolean closing) {
        if (!sinkUsable) {
            return new Rest(TICK_NANOS);
        }
        boolean batchReady = waiting.buffered() >= batchSize() || waiting.oldestNanos() >= LINGER_NANOS
                || (closing && waiting.buffered() > 0);
        if (waiting.spooled() > 0 || batchReady) {
            return new Write();
        }
        return new Rest(Math.min(TICK_NANOS, LINGER_NANOS - waiting.oldestNanos()));
    }

    /** Whether the buffer must go to disk now. */
    boolean bufferDue(Waiting waiting) {
        return waiting.buffered() >= spoolFrom()
                || (waiting.buffered() > 0 && waiting.oldestNanos() >= SPOOL_AGE_NANOS);
    }

    /** Whether the batch on its way must be put on disk too: it is late, or what came behind it must go there. */
    boolean writingDue(Waiting waiting) {
        return waiting.writingNanos() > 0 && (waiting.writingNanos() >= SPOOL_AGE_NANOS || bufferDue(waiting));
    }

    /** How long the keeper may look away. */
    long restNanos(Waiting waiting) {
        long oldest = Math.max(waiting.oldestNanos(), waiting.writingNanos());
        return Math.clamp(SPOOL_AGE_NANOS - oldest, TimeUnit.MILLISECONDS.toNanos(1), TICK_NANOS);
    }
}
