package dev.falcon.proving.overload;

import dev.falcon.proving.load.Caller;
import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Asks for texts of one length, each a new one, and looks at how each request ends. The time of an answer counts
 * from its sending: what waited in this generator is not the worker's. Safe for use by many threads.
 */
final class NewTexts implements Caller {

    private static final int DIGITS = 16;
    private static final long HIGHEST_MICROS = 60_000_000L;
    private static final Set<Integer> REFUSALS = Set.of(429, 503);

    private final byte[] template;
    private final int digitsAt;
    private final AtomicLong number;
    private final Map<String, AtomicLong> endings = new ConcurrentSkipListMap<>();
    private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    private final AtomicLong lastNotAnsweredNanos = new AtomicLong(Long.MIN_VALUE);
    private final Histogram refusalMicros = new ConcurrentHistogram(HIGHEST_MICROS, 3);

    /**
     * @param characters of each text, more than are needed to number them
     * @param number shared by all phases, so that no text is asked for twice
     */
    NewTexts(Endpoint endpoint, int characters, AtomicLong number) {
        this.number = number;
        StringBuilder text = new StringBuilder("x".repeat(DIGITS));
        for (int i = 0; text.length() < characters; i++) {
            text.append(' ').append(WORDS[i * 7 % WORDS.length]);
        }
        text.setLength(characters);
        template = endpoint.infer(text.toString(), "");
        digitsAt = template.length - characters - "\"}".length();
    }

    private static final String[] WORDS = {"a", "film", "that", "was", "not", "good", "but", "the", "music", "and",
        "every", "actor", "made", "me", "forget", "how", "dull", "its", "story", "is"};

    @Override
    public byte[] request(long ignored) {
        byte[] request = template.clone();
        byte[] digits = Long.toString(number.incrementAndGet()).getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(digits, 0, request, digitsAt, digits.length);
        return request;
    }

    @Override
    public void ended(Ending ending, Wire.@Nullable Reply reply) {
        String kind = kind(ending, reply);
        endings.computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
        long took = Math.min(HIGHEST_MICROS, (ending.endedNanos() - ending.sentNanos()) / 1000);
        if (ending.ok()) {
            micros.recordValue(took);
        } else {
            lastNotAnsweredNanos.accumulateAndGet(ending.endedNanos(), Math::max);
            if (reply != null) {
                refusalMicros.recordValue(took);
            }
        }
    }

    /** The status where the ending is one that the contract allows, else what is wrong with it. */
    private static String kind(Ending ending, Wire.@Nullable Reply reply) {
        if (reply == null) {
            return "cut: " + ending.failure();
        }
        int status = ending.status();
        if (status == 200) {
            return "200";
        }
        if (!reply.says("content-type", "application/problem+json")) {
            return status + " without a reason";
        }
        if (REFUSALS.contains(status)) {
            return reply.head().toLowerCase(java.util.Locale.ROOT).contains("\r\nretry-after: ") ? "" + status
                    : status + " without Retry-After";
        }
        return status == 504 ? "504" : "unexpected " + status;
    }

    Map<String, Long> endings() {
        Map<String, Long> counts = new TreeMap<>();
        endings.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }

    long ok() {
        return endings().getOrDefault("200", 0L);
    }

    long count() {
        return endings().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Of the answers with status 200, from sent to answered. */
    double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }

    /** Seconds after this time until the last request that was not answered had ended; 0 where all were. */
    double lastNotAnsweredSeconds(long startNanos) {
        long last = lastNotAnsweredNanos.get();
        return last == Long.MIN_VALUE ? 0 : (last - startNanos) / 1e9;
    }

    double refusalMillisAt(double percentile) {
        return refusalMicros.getValueAtPercentile(percentile) / 1e3;
    }
}
