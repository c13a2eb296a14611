package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/** What a guard tells of its dependency. Safe for use by many threads. */
public final class GuardMeters {

    private final GaugeDataPoint state;
    private final CounterDataPoint successes;
    private final CounterDataPoint failures;

    GuardMeters(GaugeDataPoint state, CounterDataPoint successes, CounterDataPoint failures) {
        this.state = state;
        this.successes = successes;
        this.failures = failures;
    }

    public void state(BreakerState now) {
        state.set(now.ordinal());
    }

    public void success() {
        successes.inc();
    }

    public void failure() {
        failures.inc();
    }
}
