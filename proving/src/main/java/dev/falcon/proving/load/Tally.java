package dev.falcon.proving.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Counts of statuses, and the latencies of the answers with status 200, in microseconds. Safe for many threads. */
public final class Tally {

    private static final long HIGHEST_MICROS = 120_000_000L;

    private final Map<String, AtomicLong> endings = new ConcurrentSkipListMap<>();
    private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);

    /** Counts one ending. */
    public void add(Ending ending) {
        String kind = ending.failure() == null ? Integer.toString(ending.status()) : "no answer";
        endings.computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
        if (ending.ok()) {
            micros.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, ending.latencyNanos() / 1_000)));
        }
    }

    /** How many ended in each way: by status, or as {@code no answer}. */
    public Map<String, Long> endings() {
        Map<String, Long> counts = new TreeMap<>();
        endings.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }

    public long count() {
        return endings.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Answers with status 200. */
    public long ok() {
        AtomicLong ok = endings.get("200");
        return ok == null ? 0 : ok.get();
    }

    /** The latency at a percentile (0 to 100) of the answers with status 200, in milliseconds. */
    public double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }

    public double maxMillis() {
        return micros.getMaxValue() / 1e3;
    }
}
