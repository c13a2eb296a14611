package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Hits, misses and errors of the response cache. Safe for use by many threads. */
public final class CacheMeters {

    /** Where an answer may be kept. */
    public enum Tier {
        LOCAL,
        REDIS
    }

    /** What is done with the shared cache. */
    public enum Operation {
        GET,
        SET,
        DECODE
    }

    private final Map<Tier, CounterDataPoint> hits = new EnumMap<>(Tier.class);
    private final Map<Tier, CounterDataPoint> misses = new EnumMap<>(Tier.class);
    private final Map<Operation, CounterDataPoint> errors = new EnumMap<>(Operation.class);

    CacheMeters(Meters meters) {
        var hitsCounter = meters.counter(Metric.CACHE_HITS);
        var missesCounter = meters.counter(Metric.CACHE_MISSES);
        for (Tier tier : Tier.values()) {
            String name = tier.name().toLowerCase(Locale.ROOT);
            hits.put(tier, hitsCounter.labelValues(name));
            misses.put(tier, missesCounter.labelValues(name));
        }
        var errorsCounter = meters.counter(Metric.CACHE_ERRORS);
        for (Operation operation : Operation.values()) {
            errors.put(operation, errorsCounter.labelValues(operation.name().toLowerCase(Locale.ROOT)));
        }
    }

    public void hit(Tier tier) {
        Points.of(hits, tier).inc();
    }

    public void miss(Tier tier) {
        Points.of(misses, tier).inc();
    }

    public void error(Operation operation) {
        Points.of(errors, operation).inc();
    }
}
