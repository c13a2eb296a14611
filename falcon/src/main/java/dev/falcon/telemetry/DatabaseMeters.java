package dev.falcon.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/** Operations on the inference log's database. Safe for use by many threads. */
public final class DatabaseMeters {

    /** What is done with the database. */
    public enum Operation {
        CONNECT,
        MIGRATE,
        PARTITION,
        INSERT,
        RETENTION,
        PROBE
    }

    private record Series(CounterDataPoint count, DistributionDataPoint seconds) {}

    private final Meters meters;
    private final Map<Operation, Series> succeeded = new EnumMap<>(Operation.class);
    private final Map<Operation, Series> failed = new EnumMap<>(Operation.class);
    private final AtomicLong clockOffsetBits = new AtomicLong(Double.doubleToLongBits(Double.NaN));
    private final AtomicReference<DoubleSupplier> partitionDays = new AtomicReference<>(() -> Double.NaN);

    DatabaseMeters(Meters meters) {
        this.meters = meters;
        var counter = meters.counter(Metric.DB_OPERATIONS);
        var histogram = meters.latencyHistogram(Metric.DB_OPERATION_DURATION);
        for (Operation operation : Operation.values()) {
            String name = operation.name().toLowerCase(Locale.ROOT);
            succeeded.put(operation,
                    new Series(counter.labelValues(name, "success"), histogram.labelValues(name, "success")));
            failed.put(operation,
                    new Series(counter.labelValues(name, "error"), histogram.labelValues(name, "error")));
        }
        meters.gauge(Metric.CLOCK_OFFSET, () -> Double.longBitsToDouble(clockOffsetBits.get()));
        meters.gauge(Metric.LOG_PARTITION_DAYS, () -> partitionDays.get().getAsDouble());
    }

    public void succeeded(Operation operation, long elapsedNanos) {
        record(Points.of(succeeded, operation), elapsedNanos);
    }

    public void failed(Operation operation, long elapsedNanos) {
        record(Points.of(failed, operation), elapsedNanos);
    }

    private static void record(Series series, long elapsedNanos) {
        series.count().inc();
        series.seconds().observe(elapsedNanos / 1e9);
    }

    /** This machine's clock minus the database's, in seconds. */
    public void clockOffsetSeconds(double seconds) {
        clockOffsetBits.set(Double.doubleToLongBits(seconds));
    }

    /** Where to ask, at each scrape, how many days after today have their partition. */
    public void partitionDaysAhead(DoubleSupplier days) {
        partitionDays.set(days);
    }

    /** Registers the gauges of the database's disk, in bytes, without a series while NaN; once. */
    public void disk(DoubleSupplier total, DoubleSupplier free) {
        meters.gaugeWhileKnown(Metric.DB_DISK, total);
        meters.gaugeWhileKnown(Metric.DB_DISK_FREE, free);
    }

    /** Registers the pool's gauges; once. */
    public void pool(DoubleSupplier size, DoubleSupplier available) {
        meters.gauge(Metric.DB_POOL_SIZE, size);
        meters.gauge(Metric.DB_POOL_AVAILABLE, available);
    }
}
