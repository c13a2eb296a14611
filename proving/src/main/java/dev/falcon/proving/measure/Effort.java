package dev.falcon.proving.measure;

import java.time.Duration;

/**
 * How long to measure.
 *
 * @param rounds how often each is measured
 * @param round how long a round of load takes
 * @param warmUp how long each is used before the first round
 */
public record Effort(int rounds, Duration round, Duration warmUp) {

    /** What the page is made of. */
    public static final Effort FULL = new Effort(5, Duration.ofSeconds(2), Duration.ofSeconds(4));

    /** Enough to see that everything works, and for nothing else. */
    public static final Effort QUICK = new Effort(2, Duration.ofMillis(200), Duration.ofMillis(200));

    public boolean isQuick() {
        return rounds < FULL.rounds;
    }
}
