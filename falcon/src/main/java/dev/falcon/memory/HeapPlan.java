package dev.falcon.memory;

import dev.falcon.config.Settings;
import dev.falcon.memory.MemoryPlan.Addend;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether what the settings allow to be kept fits into the heap. Counts what fills up in ordinary work and stays; sizes of
 * one piece are what was measured, rounded up. Pure.
 */
public final class HeapPlan {

    private static final long MB = 1024 * 1024;
    private static final long BASE = 24 * MB;
    private static final long BYTES_A_CACHED_ANSWER = 400;
    private static final long BYTES_A_RECORD = 2048;

    /** Of 10,000 code points, each two chars at most. */
    private static final long BYTES_OF_THE_LONGEST_TEXT = 40_000;
    private static final long BYTES_A_CONNECTION = 16 * 1024;

    /** The listener's bound for all bodies together: an eighth of the heap, but four of the longest. */
    private static final int BODIES_SHARE = 8;
    private static final int BODIES_AT_LEAST = 4;

    /** The front's bound for all large answers that are made or sent; small ones are counted with their connection. */
    private static final int ANSWERS_SHARE = 8;

    /** The in-process store's bound, which holds where there is no Redis. */
    private static final long STORE_AT_MOST = 64 * MB;
    private static final int STORE_SHARE = 4;

    private HeapPlan() {}

    /** Why the settings cannot be kept within a heap of so many bytes, with what to change; null where they can. */
    public static @Nullable String refusal(Settings settings, long heapBytes) {
        List<Addend> kept = List.of(new Addend("the worker itself", BASE, ""),
                new Addend("request bodies", Math.max(heapBytes / BODIES_SHARE,
                        BODIES_AT_LEAST * (settings.http().maxBodyBytes() + 1L)), "MAX_BODY_BYTES"),
                new Addend("cached answers",
                        settings.cache().enabled() ? settings.cache().localMaxEntries() * BYTES_A_CACHED_ANSWER : 0,
                        "CACHE_LOCAL_MAX_ENTRIES"),
                new Addend("keys and answers in this process",
                        settings.redis().host() == null ? Math.min(STORE_AT_MOST, heapBytes / STORE_SHARE) : 0, ""),
                new Addend("log records", logRecords(settings.inferenceLog()),
                        settings.inferenceLog().text()
                                ? "LOG_BUFFER_CAPACITY with INFERENCE_LOG_TEXT=true"
                                : "LOG_BUFFER_CAPACITY"));
        List<Addend> open = List.of(new Addend("the worker itself", BASE, ""),
                new Addend("open connections", settings.http().maxConnections() * BYTES_A_CONNECTION,
                        "MAX_CONNECTIONS"),
                new Addend("answers on their way", heapBytes / ANSWERS_SHARE, ""));
        String refusal = over(kept, heapBytes);
        return refusal == null ? over(open, heapBytes) : refusal;
    }

    private static long logRecords(Settings.InferenceLog log) {
        long each = BYTES_A_RECORD + (log.text() ? BYTES_OF_THE_LONGEST_TEXT : 0);
        return log.enabled() ? log.bufferCapacity() * each : 0;
    }

    private static @Nullable String over(List<Addend> addends, long heapBytes) {
        return MemoryPlan.sum(addends) <= heapBytes
                ? null
                : "the settings allow more than the heap holds: "
                        + addends.stream()
                                .filter(each -> each.bytes() > 0)
                                .map(Addend::toString)
                                .collect(
                                        Collectors.joining(" + "))
                        + " = " + MemoryPlan.mb(MemoryPlan.sum(addends)) + ", but the heap is "
                        + MemoryPlan.mb(heapBytes) + "; lower the settings named, or raise -Xmx in JAVA_OPTS";
    }
}
