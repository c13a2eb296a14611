package dev.falcon.resilience;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.BreakerState;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.time.Duration;

/**
 * Tells the log of a dependency's outages: its beginning once, its end once, and the breaker's steps in between. Safe
 * for use by many threads.
 */
final class OutageLog {

    private final EventLog log = new EventLog(Guard.class);
    private final Dependency dependency;
    private final Ticker ticker;
    private boolean told;
    private long sinceNanos;

    OutageLog(Dependency dependency, Ticker ticker) {
        this.dependency = dependency;
        this.ticker = ticker;
        this.sinceNanos = ticker.nanos();
    }

    /** The breaker changed its state. The steps of a first connection are not worth a warning. */
    synchronized void changed(Breaker.Change change, String reason) {
        if (change.from() == BreakerState.CLOSED) {
            sinceNanos = ticker.nanos();
        }
        if (!change.first()) {
            log.emit(Event.BREAKER_CHANGED,
                    "circuit breaker of " + dependency.wireName() + ": " + spoken(change.from()) + " to "
                            + spoken(change.to()),
                    Field.of("dependency", dependency.wireName()), Field.of("from", spoken(change.from())),
                    Field.of("to", spoken(change.to())), Field.of("reason", reason.isEmpty() ? null : reason));
        }
        switch (change.to()) {
            case OPEN -> unavailable(reason);
            case CLOSED -> available();
            case HALF_OPEN -> {
                // Not known yet: the trials decide.
            }
        }
    }

    /** The dependency does not work; only the first of an outage is written. */
    synchronized void unavailable(String reason) {
        if (told) {
            return;
        }
        told = true;
        Event event = switch (dependency) {
            case REDIS -> Event.REDIS_UNAVAILABLE;
            case POSTGRES -> Event.DATABASE_UNAVAILABLE;
        };
        log.emit(event, dependency.spokenName() + " unavailable: " + reason,
                Field.of("dependency", dependency.wireName()), Field.of("reason", reason));
    }

    private void available() {
        Event event = switch (dependency) {
            case REDIS -> Event.REDIS_AVAILABLE;
            case POSTGRES -> Event.DATABASE_AVAILABLE;
        };
        Duration away = Duration.ofNanos(ticker.nanos() - sinceNanos);
        log.emit(event,
                told
                        ? dependency.spokenName() + " available again after " + away.toMillis() + " ms"
                        : dependency.spokenName() + " available",
                Field.of("dependency", dependency.wireName()), Field.of("away_ms", away.toMillis()));
        told = false;
    }

    private static String spoken(BreakerState state) {
        return switch (state) {
            case CLOSED -> "closed";
            case OPEN -> "open";
            case HALF_OPEN -> "half-open";
        };
    }
}
