package dev.falcon.proving.soak;

import dev.falcon.proving.load.Caller;
import dev.falcon.proving.load.Ending;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Of every hundred requests: 50 for texts asked before, 34 for new ones, 8 under idempotency keys that are each used twice,
 * 5 that are wrong in one way or another, 3 for status pages. Safe for use by many threads.
 */
final class Mixture implements Caller {

    private static final int KNOWN_TEXTS = 500;
    private static final int METRICS_EVERY = 10;
    private static final Set<Integer> EXPECTED = Set.of(200, 400, 404, 415, 422);

    private final Endpoint endpoint;
    private final Map<String, AtomicLong> endings = new ConcurrentSkipListMap<>();
    private final AtomicLong unexpected = new AtomicLong();

    Mixture(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public byte[] request(long number) {
        int kind = (int) (number % 100);
        long round = number / 100;
        if (kind < 50) {
            return endpoint.infer("known text " + (round * 50 + kind) % KNOWN_TEXTS + " is not bad at all", "");
        }
        if (kind < 84) {
            return endpoint.infer("text " + number + " was never asked before and is rather good", "");
        }
        if (kind < 92) {
            long key = round * 4 + (kind - 84) / 2;
            return endpoint.infer("keyed text " + key, "Idempotency-Key: soak-" + key + "\r\n");
        }
        return switch (kind) {
            case 92 -> endpoint.infer(" ", "");
            case 93 -> endpoint.infer("half a string\" and more", "");
            case 94 -> endpoint.get("/no/such/page");
            case 95 -> endpoint.infer("x", "Idempotency-Key: " + "k".repeat(300) + "\r\n");
            case 96 -> endpoint.infer("long ".repeat(2001), "");
            case 97 -> endpoint.get("/readyz");
            case 98 -> endpoint.get(round % METRICS_EVERY == 0 ? "/metrics" : "/healthz");
            default -> endpoint.get("/healthz");
        };
    }

    @Override
    public void ended(Ending ending, Wire.@Nullable Reply reply) {
        String kind = reply == null ? "no answer: " + ending.failure() : Integer.toString(ending.status());
        endings.computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
        if (!EXPECTED.contains(ending.status())) {
            unexpected.incrementAndGet();
        }
    }

    Map<String, Long> endings() {
        Map<String, Long> counts = new TreeMap<>();
        endings.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }

    /** Endings that nothing in the mixture asks for. */
    long unexpected() {
        return unexpected.get();
    }
}
