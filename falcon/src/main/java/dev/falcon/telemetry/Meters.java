package dev.falcon.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.function.DoubleSupplier;

/** Makes meters from catalog entries, each with the worker's label, in one registry. Used while a worker is built. */
record Meters(PrometheusRegistry registry, Labels workerLabel) {

    /** Upper bounds in seconds: from 100 µs to 10 s. */
    private static final double[] LATENCY_BOUNDS = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
        0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    /** Upper bounds in seconds for stages: a stage may take a microsecond. */
    private static final double[] STAGE_BOUNDS = {0.000001, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025,
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10};

    /** Upper bounds in texts. */
    private static final double[] SIZE_BOUNDS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    static double[] latencyBounds() {
        return LATENCY_BOUNDS.clone();
    }

    Counter counter(Metric metric) {
        return Counter.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .labelNames(labelNames(metric))
                .constLabels(workerLabel)
                .register(registry);
    }

    Gauge gauge(Metric metric) {
        return Gauge.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .labelNames(labelNames(metric))
                .constLabels(workerLabel)
                .register(registry);
    }

    /** A gauge without labels that is asked at each scrape. */
    void gauge(Metric metric, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .constLabels(workerLabel)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    /** Same, but without a series while its value is unknown (NaN). */
    void gaugeWhileKnown(Metric metric, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .constLabels(workerLabel)
                .callback(callback -> {
                    double now = value.getAsDouble();
                    if (!Double.isNaN(now)) {
                        callback.call(now);
                    }
                })
                .register(registry);
    }

    Histogram latencyHistogram(Metric metric) {
        return histogram(metric, LATENCY_BOUNDS);
    }

    Histogram stageHistogram(Metric metric) {
        return histogram(metric, STAGE_BOUNDS);
    }

    Histogram sizeHistogram(Metric metric) {
        return histogram(metric, SIZE_BOUNDS);
    }

    /** Classic buckets for everyone, native ones for scrapers that ask for protobuf. */
    private Histogram histogram(Metric metric, double[] bounds) {
        return Histogram.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .labelNames(labelNames(metric))
                .constLabels(workerLabel)
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .register(registry);
    }

    private static String[] labelNames(Metric metric) {
        return metric.labels().toArray(String[]::new);
    }
}
