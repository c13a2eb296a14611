package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.EnumMap;
import java.util.Map;

/** Times that something was done without a dependency. Safe for use by many threads. */
public final class FallbackMeters {

    private final Map<Fallback, CounterDataPoint> triggered = new EnumMap<>(Fallback.class);

    FallbackMeters(Meters meters) {
        var counter = meters.counter(Metric.FALLBACKS);
        for (Fallback fallback : Fallback.values()) {
            triggered.put(fallback, counter.labelValues(fallback.dependency().wireName(), fallback.wireName()));
        }
    }

    public void triggered(Fallback fallback) {
        triggered(fallback, 1);
    }

    public void triggered(Fallback fallback, long times) {
        Points.of(triggered, fallback).inc(times);
    }
}
