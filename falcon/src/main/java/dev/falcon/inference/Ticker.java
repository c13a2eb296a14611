package dev.falcon.inference;

import java.time.Duration;

/**
 * Monotonic time, passed in wherever a duration is measured or waited for. Wall-clock time comes from
 * {@link java.time.InstantSource} and is never used for intervals.
 */
public interface Ticker {

    /** Nanoseconds from an arbitrary origin; only differences mean anything, compared by subtraction. */
    long nanos();

    /** Waits at least the given time. A duration of zero or less returns at once. */
    void sleep(Duration duration) throws InterruptedException;

    /** The machine's own clock: the one place that reads it. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
