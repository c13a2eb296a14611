package dev.falcon.telemetry;

import dev.falcon.inference.Ticker;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Quantiles of the last minute by model: the duration histogram's counts now, less those of a minute ago. Keeps a
 * snapshot every few seconds, taken at {@link #sample()} and at scrapes. Guarded by its own lock.
 */
final class DurationQuantiles {

    private static final double[] QUANTILES = {0.5, 0.95, 0.99};
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Bucket counts by model, and when they were read. */
    private record Snapshot(long atNanos, Map<String, long[]> counts) {}

    private final Ticker ticker;
    private final double[] upperBounds;
    private final Deque<Snapshot> history = new ArrayDeque<>();
    private final Map<String, String> modelNames = new HashMap<>();
    private @Nullable Histogram source;

    DurationQuantiles(Meters meters, Ticker ticker) {
        this.ticker = ticker;
        double[] finite = Meters.latencyBounds();
        upperBounds = java.util.Arrays.copyOf(finite, finite.length + 1);
        upperBounds[finite.length] = Double.POSITIVE_INFINITY;
        GaugeWithCallback.builder()
                .name(Metric.DURATION_QUANTILES.fullName())
                .help(Metric.DURATION_QUANTILES.meaning())
                .labelNames(Metric.DURATION_QUANTILES.labels().toArray(String[]::new))
                .constLabels(meters.workerLabel())
                .callback(this::report)
                .register(meters.registry());
    }

    synchronized void observe(Histogram durations) {
        source = durations;
    }

    synchronized void addModel(String model) {
        modelNames.put(model, model);
    }

    /** Remembers the counts as they are now, at most once every few seconds. */
    synchronized void sample() {
        long now = ticker.nanos();
        Snapshot last = history.peekLast();
        if (last != null && now - last.atNanos() < STEP_NANOS) {
            return;
        }
        history.addLast(new Snapshot(now, read()));
        while (history.size() > 1 && now - secondOldest().atNanos() >= WINDOW_NANOS) {
            history.removeFirst();
        }
    }

    private Snapshot secondOldest() {
        var oldestFirst = history.iterator();
        oldestFirst.next();
        return oldestFirst.next();
    }

    private synchronized void report(GaugeWithCallback.Callback callback) {
        sample();
        Map<String, long[]> now = read();
        Snapshot before = history.peekFirst();
        for (String model : modelNames.keySet()) {
            long[] counts = now.getOrDefault(model, new long[upperBounds.length]).clone();
            long[] earlier = before == null ? null : before.counts().get(model);
            for (int i = 0; earlier != null && i < counts.length; i++) {
                counts[i] -= earlier[i];
            }
            for (double q : QUANTILES) {
                callback.call(Quantiles.quantile(q, upperBounds, counts), model, Double.toString(q));
            }
        }
    }

    private Map<String, long[]> read() {
        Map<String, long[]> counts = new HashMap<>();
        if (source == null) {
            return counts;
        }
        for (HistogramDataPointSnapshot point : source.collect().getDataPoints()) {
            String model = String.valueOf(point.getLabels().get("model"));
            long[] sums = counts.computeIfAbsent(model, name -> new long[upperBounds.length]);
            ClassicHistogramBuckets buckets = point.getClassicBuckets();
            for (int i = 0; i < sums.length && i < buckets.size(); i++) {
                sums[i] += buckets.getCount(i);
            }
        }
        return counts;
    }
}
