package dev.falcon.resilience;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long the background probe waits before its next try. Pure but for its random numbers: workers that lost the same
 * dependency at the same moment must not return to it at the same moment.
 */
final class ProbeSchedule {

    private static final double JITTER = 0.2;
    private static final Duration WHILE_CLOSED = Duration.ofSeconds(1);
    private static final Duration AFTER_A_FAILURE = Duration.ofMillis(200);
    private static final Duration BETWEEN_TRIALS = Duration.ofMillis(50);
    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LAST_RETRY = Duration.ofSeconds(2);

    private final Duration openTimeout;
    private final RandomGenerator random;

    ProbeSchedule(Duration openTimeout, RandomGenerator random) {
        this.openTimeout = openTimeout;
        this.random = random;
    }

    /** Closed, and the last probe succeeded: often enough for an idle worker to notice a death. */
    long closedNanos() {
        return jittered(WHILE_CLOSED);
    }

    /** Closed, but the last probe failed: soon, so that the threshold is reached in about a second. */
    long suspiciousNanos() {
        return jittered(AFTER_A_FAILURE);
    }

    /** The breaker has just opened. */
    long openNanos() {
        return jittered(openTimeout);
    }

    /** A trial has just succeeded, and further ones are needed. */
    long betweenTrialsNanos() {
        return jittered(BETWEEN_TRIALS);
    }

    /**
     * Never connected yet. Dependencies often start together with the worker, so this stays far below the open timeout.
     *
     * @param failures tries that have failed so far, at least one
     */
    long startingNanos(int failures) {
        long doubled = FIRST_RETRY.toNanos() << Math.min(failures - 1, 10);
        long longest = Math.min(LAST_RETRY.toNanos(), openTimeout.toNanos());
        return jittered(Duration.ofNanos(Math.min(doubled, longest)));
    }

    private long jittered(Duration duration) {
        return (long) (duration.toNanos() * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }
}
