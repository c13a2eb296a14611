package dev.falcon.proving.load;

import org.jspecify.annotations.Nullable;

/**
 * What became of a request. Times are of the ticker.
 *
 * @param number its place in the plan, from 0
 * @param dueNanos when it should have been sent
 * @param status 0 where there was no answer
 * @param failure why there was no answer, else null
 */
public record Ending(long number, long dueNanos, long sentNanos, long endedNanos, int status,
        @Nullable String failure) {

    public boolean ok() {
        return status == 200;
    }

    /** The latency that a caller saw who wanted to ask when it was due. */
    public long latencyNanos() {
        return endedNanos - dueNanos;
    }
}
