package dev.falcon.telemetry;

import io.prometheus.metrics.core.metrics.Counter;

/** What became of idempotency keys. Safe for use by many threads. */
public final class IdempotencyMeters {

    private final Counter hits;
    private final Counter misses;
    private final Counter conflicts;

    IdempotencyMeters(Meters meters) {
        hits = meters.counter(Metric.IDEMPOTENCY_HITS);
        misses = meters.counter(Metric.IDEMPOTENCY_MISSES);
        conflicts = meters.counter(Metric.IDEMPOTENCY_CONFLICTS);
    }

    /** A stored answer was replayed. */
    public void hit() {
        hits.inc();
    }

    /** A key was claimed. */
    public void miss() {
        misses.inc();
    }

    /** A key was refused: used for another question, or still in progress at the deadline. */
    public void conflict() {
        conflicts.inc();
    }
}
