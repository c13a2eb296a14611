package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A wall clock to remove things by: it follows the machine's back at once, but forward no faster than time passes, and an
 * hour. A clock that jumps ahead by far removes nothing before the process is started anew. Safe for use by many threads.
 */
final class SteadyTime {

    private static final Duration BELIEVED = Duration.ofHours(1);

    private final InferenceLog.Clocks clocks;
    private final Instant start;
    private final long startNanos;

    SteadyTime(InferenceLog.Clocks clocks) {
        this.clocks = clocks;
        this.start = clocks.clock().instant();
        this.startNanos = clocks.ticker().nanos();
    }

    Instant now() {
        InstantSource clock = clocks.clock();
        Ticker ticker = clocks.ticker();
        Instant shown = clock.instant();
        Instant latest = start.plusNanos(ticker.nanos() - startNanos).plus(BELIEVED);
        return shown.isBefore(latest) ? shown : latest;
    }
}
