package dev.falcon.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import java.util.function.Supplier;

/** Puts one snapshot of the log's books into one scrape, so that they balance in it. */
record BooksCollector(Supplier<LogBooks> books, Labels workerLabel) implements MultiCollector {

    @Override
    public MetricSnapshots collect() {
        LogBooks now = books.get();
        CounterSnapshot.Builder dropped = CounterSnapshot.builder()
                .name(base(Metric.LOG_DROPPED))
                .help(Metric.LOG_DROPPED.meaning());
        for (LogBooks.DropReason reason : LogBooks.DropReason.values()) {
            dropped.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(workerLabel.merge(Labels.of("reason", reason.name().toLowerCase(Locale.ROOT))))
                    .value(now.dropped().getOrDefault(reason, 0L).doubleValue())
                    .build());
        }
        return MetricSnapshots.of(counter(Metric.LOG_ENQUEUED, now.enqueued()),
                counter(Metric.LOG_WRITTEN, now.written()), dropped.build(),
                gauge(Metric.LOG_PENDING, (double) now.pending()),
                gauge(Metric.LOG_OLDEST_PENDING, now.oldestPendingSeconds()),
                gauge(Metric.LOG_SPOOL_BYTES, (double) now.spoolBytes()),
                gauge(Metric.LOG_SPOOL_LIMIT, (double) now.spoolLimitBytes()));
    }

    private CounterSnapshot counter(Metric metric, long value) {
        return CounterSnapshot.builder()
                .name(base(metric))
                .help(metric.meaning())
                .dataPoint(CounterDataPointSnapshot.builder().labels(workerLabel).value((double) value).build())
                .build();
    }

    private GaugeSnapshot gauge(Metric metric, double value) {
        return GaugeSnapshot.builder()
                .name(metric.fullName())
                .help(metric.meaning())
                .dataPoint(GaugeDataPointSnapshot.builder().labels(workerLabel).value(value).build())
                .build();
    }

    /** Snapshots are named without the suffix that the exposition adds. */
    private static String base(Metric metric) {
        return metric.fullName().substring(0, metric.fullName().length() - "_total".length());
    }
}
