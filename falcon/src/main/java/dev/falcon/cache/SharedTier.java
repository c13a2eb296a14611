package dev.falcon.cache;

import dev.falcon.inference.Patience;
import dev.falcon.inference.Prediction;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.StoreUnavailable;
import dev.falcon.telemetry.CacheMeters;
import dev.falcon.telemetry.CacheMeters.Operation;
import dev.falcon.telemetry.CacheMeters.Tier;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Fallback;
import dev.falcon.telemetry.FallbackMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers that all workers share. A store that fails is a miss, never an error. Safe for use by many threads. */
final class SharedTier {

    private final EventLog log = new EventLog(SharedTier.class);
    private final KeyValueStore store;
    private final Supplier<Duration> ttl;
    private final CacheMeters meters;
    private final FallbackMeters fallbacks;

    SharedTier(KeyValueStore store, Supplier<Duration> ttl, CacheMeters meters, FallbackMeters fallbacks) {
        this.store = store;
        this.ttl = ttl;
        this.meters = meters;
        this.fallbacks = fallbacks;
    }

    /** What is kept under the keys, in their order, null where there is nothing readable. */
    List<@Nullable Prediction> get(List<CacheKey> keys, List<String> labels, Patience patience) {
        List<@Nullable Prediction> found = new ArrayList<>(keys.size());
        try {
            for (byte @Nullable [] bytes : store.get(keys.stream().map(CacheKey::value).toList(), patience)) {
                Prediction prediction = bytes == null ? null : decoded(bytes, labels);
                if (prediction == null) {
                    meters.miss(Tier.REDIS);
                } else {
                    meters.hit(Tier.REDIS);
                }
                found.add(prediction);
            }
        } catch (StoreUnavailable e) {
            skipped(e, Operation.GET);
            found.clear();
            keys.forEach(key -> found.add(null));
        }
        return found;
    }

    private @Nullable Prediction decoded(byte[] bytes, List<String> labels) {
        Prediction prediction = Entry.decode(bytes, labels);
        if (prediction == null) {
            meters.error(Operation.DECODE);
            log.emit(Event.CACHE_ENTRY_UNREADABLE,
                    "a cached answer of " + bytes.length + " bytes is not readable and counts as a miss");
        }
        return prediction;
    }

    /** Keeps the predictions, in one wait for all. */
    void put(Map<CacheKey, Prediction> predictions, Patience patience) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        predictions.forEach((key, prediction) -> entries.put(key.value(), Entry.encode(prediction)));
        try {
            store.put(entries, ttl.get(), patience);
        } catch (StoreUnavailable e) {
            skipped(e, Operation.SET);
        }
    }

    /** What was not even asked did not fail: it is a fallback, but no error. */
    private void skipped(StoreUnavailable why, Operation operation) {
        fallbacks.triggered(Fallback.CACHE_SKIPPED);
        if (why.reason() != StoreUnavailable.Reason.NOT_ASKED) {
            meters.error(operation);
        }
    }
}
