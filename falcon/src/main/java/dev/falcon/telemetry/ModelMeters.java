package dev.falcon.telemetry;

import dev.falcon.inference.ModelId;
import io.prometheus.metrics.core.metrics.Gauge;

/** Loaded models. Safe for use by many threads. */
public final class ModelMeters {

    private final Gauge loadSeconds;
    private final Gauge loaded;

    ModelMeters(Meters meters) {
        loadSeconds = meters.gauge(Metric.MODEL_LOAD_DURATION);
        loaded = meters.gauge(Metric.MODEL);
    }

    public void loaded(ModelId model, long elapsedNanos) {
        loadSeconds.labelValues(model.name(), model.version(), model.digest()).set(elapsedNanos / 1e9);
        loaded.labelValues(model.name(), model.version(), model.digest()).set(1);
    }
}
