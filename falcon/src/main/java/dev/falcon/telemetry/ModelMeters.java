package dev.falcon.telemetry;

import dev.falcon.inference.ModelId;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.function.IntConsumer;

/** Loaded models. Safe for use by many threads. */
public final class ModelMeters {

    private final Gauge loadSeconds;
    private final Gauge loaded;
    private final Gauge modes;
    private final Histogram batchSizes;

    ModelMeters(Meters meters) {
        loadSeconds = meters.gauge(Metric.MODEL_LOAD_DURATION);
        loaded = meters.gauge(Metric.MODEL);
        modes = meters.gauge(Metric.MODEL_CALL_MODE);
        batchSizes = meters.sizeHistogram(Metric.MODEL_BATCH_SIZE);
    }

    public void loaded(ModelId model, long elapsedNanos) {
        loadSeconds.labelValues(model.name(), model.version(), model.digest()).set(elapsedNanos / 1e9);
        loaded.labelValues(model.name(), model.version(), model.digest()).set(1);
    }

    /** Shows how the model is called. */
    public void mode(ModelId model, String mode) {
        modes.labelValues(model.name(), model.version(), mode).set(1);
    }

    /** Where to tell the size of each of a model's batches. */
    public IntConsumer batchSizes(String model) {
        DistributionDataPoint sizes = batchSizes.labelValues(model);
        return sizes::observe;
    }
}
