package dev.falcon.idempotency;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long a request waits before it looks again whether the other one with its key has finished: short at first, then
 * longer, always varied, so that many waiters do not ask in step. Used by one thread.
 */
public final class PollSchedule {

    private static final double FIRST_MILLIS = 5;
    private static final double LONGEST_MILLIS = 200;
    private static final double GROWTH = 1.5;

    private final RandomGenerator random;
    private double nextMillis = FIRST_MILLIS;

    public PollSchedule(RandomGenerator random) {
        this.random = random;
    }

    /** The next wait: between half of and the full length that it has grown to. */
    public Duration next() {
        double millis = nextMillis * random.nextDouble(0.5, 1);
        nextMillis = Math.min(LONGEST_MILLIS, nextMillis * GROWTH);
        return Duration.ofNanos(Math.round(millis * 1e6));
    }
}
