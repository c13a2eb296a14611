package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Second and further tries. Safe for use by many threads. */
public final class RetryMeters {

    /** What is tried again. */
    public enum Operation {
        LOG_WRITE
    }

    private final Map<Operation, CounterDataPoint> attempts = new EnumMap<>(Operation.class);

    RetryMeters(Meters meters) {
        var counter = meters.counter(Metric.RETRIES);
        for (Operation operation : Operation.values()) {
            attempts.put(operation, counter.labelValues(operation.name().toLowerCase(Locale.ROOT)));
        }
    }

    public void attempt(Operation operation) {
        Points.of(attempts, operation).inc();
    }
}
