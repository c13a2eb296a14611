package dev.falcon.serving;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests may be in flight, from what is seen of them. Like Netflix's Gradient2 and Envoy's adaptive concurrency
 * it multiplies the limit by a gradient, target over measured, and lets it grow by its square root; unlike them it measures
 * the wait for a processor instead of the whole latency, which a mixture of cached and computed answers or a slow store
 * changes without anything being overloaded (Zhou et al., Overload Control for Scaling WeChat Microservices, 2018, section
 * 4.1), and takes the least wait of a window, since only a queue that stays is one too many (Nichols and Jacobson, RFC
 * 8289). It shrinks only while much is refused anyway: whoever keeps a few dozen requests in flight and no more overloads
 * nobody.
 *
 * <p>A function of what it is told and of the time; safe for use by many threads.
 */
final class AdaptiveLimit {

    private static final long WINDOW_NANOS = Duration.ofMillis(100).toNanos();

    /** A standing wait of so many times what computing takes is too long, and so is none below the least. */
    private static final double WAIT_IN_RUNS = 3;
    private static final double WAIT_AT_LEAST_NANOS = Duration.ofMillis(5).toNanos();

    /** The share of requests that must be refused for a window to count as overload. */
    private static final double REFUSED_SHARE = 0.2;

    /** A single window may be an accident. */
    private static final int WINDOWS_TO_BELIEVE = 2;

    private static final double SMOOTHING = 1 / 32.0;
    private static final double LEAST_GRADIENT = 0.5;
    private static final double GREATEST_GRADIENT = 0.95;
    private static final long MOST_WINDOWS = 1000;

    private final int floor;
    private final int ceiling;
    private final LongAdder admitted = new LongAdder();
    private volatile int limit;
    private double exactLimit;
    private long windowStartNanos;
    private double runNanos;
    private long leastWaitNanos = Long.MAX_VALUE;
    private long refused;
    private int overloadedWindows;

    /** Begins at the ceiling. */
    AdaptiveLimit(int floor, int ceiling, long nowNanos) {
        this.floor = Math.min(floor, ceiling);
        this.ceiling = ceiling;
        this.limit = ceiling;
        this.exactLimit = ceiling;
        this.windowStartNanos = nowNanos;
    }

    /** Whether it is where it mostly is, so that nobody need look at the time. */
    boolean isAtCeiling() {
        return limit == ceiling;
    }

    /** The limit now. */
    int limit(long nowNanos) {
        if (limit < ceiling) {
            roll(nowNanos);
        }
        return limit;
    }

    /** The limit as it was last found. */
    int limit() {
        return limit;
    }

    void admitted() {
        admitted.increment();
    }

    synchronized void refused(long nowNanos) {
        roll(nowNanos);
        refused++;
    }

    /**
     * A request was computed.
     *
     * @param waitNanos how long it waited for a processor
     * @param computeNanos how long it had one
     */
    synchronized void computed(long waitNanos, long computeNanos, long nowNanos) {
        roll(nowNanos);
        leastWaitNanos = Math.min(leastWaitNanos, waitNanos);
        runNanos += runNanos == 0 ? computeNanos : (computeNanos - runNanos) * SMOOTHING;
    }

    /** Judges the window that is over, if one is; those after it, in which nothing was seen, count as quiet. */
    private synchronized void roll(long nowNanos) {
        long windows = Math.min((nowNanos - windowStartNanos) / WINDOW_NANOS, MOST_WINDOWS);
        if (windows < 1) {
            return;
        }
        double targetNanos = Math.max(WAIT_AT_LEAST_NANOS, WAIT_IN_RUNS * runNanos);
        boolean seen = leastWaitNanos != Long.MAX_VALUE;
        boolean overloaded = seen && leastWaitNanos > targetNanos
                && refused > REFUSED_SHARE * (refused + admitted.sumThenReset());
        overloadedWindows = overloaded ? overloadedWindows + 1 : 0;
        if (overloadedWindows >= WINDOWS_TO_BELIEVE) {
            exactLimit *= Math.clamp(targetNanos / leastWaitNanos, LEAST_GRADIENT, GREATEST_GRADIENT);
        }
        grow(overloaded ? windows - 1 : windows);
        exactLimit = Math.clamp(exactLimit, floor, ceiling);
        limit = (int) Math.round(exactLimit);
        windowStartNanos = nowNanos;
        leastWaitNanos = Long.MAX_VALUE;
        refused = 0;
        admitted.reset();
    }

    private void grow(long windows) {
        for (long i = 0; i < windows && exactLimit < ceiling; i++) {
            exactLimit += Math.sqrt(exactLimit);
        }
    }
}
