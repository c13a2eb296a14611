package dev.falcon.proving.measure;

import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Wire;
import java.util.Locale;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** How much of each latency tokenizer and model did not need, by the answers' {@code Server-Timing}. Safe for many threads. */
final class Added implements Question.Watch {

    private static final long HIGHEST_MICROS = 120_000_000L;
    private static final String FIELD = "\r\nserver-timing: ";

    private final Histogram compute = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final Histogram inWorker = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final Histogram forClient = new ConcurrentHistogram(HIGHEST_MICROS, 3);

    @Override
    public void ended(Ending ending, Wire.@Nullable Reply reply) {
        if (reply != null && ending.ok()) {
            String head = reply.head();
            double needed = millis(head, "tokenize") + millis(head, "model");
            record(compute, needed);
            record(inWorker, millis(head, "total") - needed);
            record(forClient, (ending.endedNanos() - ending.sentNanos()) / 1e6 - needed);
        }
    }

    /** Of a text that no server was asked for. */
    void ended(double neededMillis, double totalMillis) {
        record(compute, neededMillis);
        record(inWorker, totalMillis - neededMillis);
    }

    private static void record(Histogram histogram, double millis) {
        histogram.recordValue(Math.clamp(Math.round(millis * 1e3), 0, HIGHEST_MICROS));
    }

    /** Of a stage that the head of an answer names; throws where it does not. */
    static double millis(String head, String stage) {
        String lower = head.toLowerCase(Locale.ROOT);
        int field = lower.indexOf(FIELD);
        if (field >= 0) {
            int value = field + FIELD.length();
            for (String entry : lower.substring(value, lower.indexOf('\r', value)).split(",", -1)) {
                if (entry.strip().startsWith(stage + ";dur=")) {
                    return Double.parseDouble(entry.substring(entry.indexOf('=') + 1));
                }
            }
        }
        throw new IllegalArgumentException("no time of " + stage + " in: " + head);
    }

    /** Adds the figures of a round. */
    void addTo(Row row) {
        add(row, "compute", compute);
        add(row, "worker", inWorker);
        add(row, "client", forClient);
    }

    private static void add(Row row, String what, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        row.add(what + "_p50", histogram.getValueAtPercentile(50) / 1e3);
        row.add(what + "_p99", histogram.getValueAtPercentile(99) / 1e3);
    }
}
