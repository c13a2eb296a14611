package dev.falcon.cache;

import dev.falcon.cache.Lookup.Place;
import dev.falcon.config.Settings;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore;
import dev.falcon.telemetry.CacheMeters.Tier;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Finds answers that were given before, and lets equal texts that are in flight at once be computed once. Never refuses
 * and never throws for a broken store: that is a miss. Safe for use by many threads.
 */
public final class ResponseCache {

    /** Times to live vary by this share either way, so that answers cached together do not expire together. */
    private static final double TTL_JITTER = 0.1;

    private final Settings.Cache settings;
    private final Metrics metrics;
    private final Hashes hashes = new Hashes();
    private final @Nullable LocalTier local;
    private final @Nullable SharedTier shared;
    private final ConcurrentMap<CacheKey, CompletableFuture<Prediction>> inFlight = new ConcurrentHashMap<>();

    /** @param store shared by all workers, or null: then the local tier is all there is */
    public ResponseCache(Settings.Cache settings, @Nullable KeyValueStore store, Metrics metrics, Ticker ticker) {
        this.settings = settings;
        this.metrics = metrics;
        this.local = settings.enabled() && settings.localMaxEntries() > 0
                ? new LocalTier(settings, this::variedTtl, ticker)
                : null;
        this.shared = settings.enabled() && store != null
                ? new SharedTier(store, this::variedTtl, metrics.cache(), metrics.fallbacks())
                : null;
    }

    private Duration variedTtl() {
        double factor = 1 + ThreadLocalRandom.current().nextDouble(-TTL_JITTER, TTL_JITTER);
        return Duration.ofMillis(Math.max(1, Math.round(settings.ttl().toMillis() * factor)));
    }

    /** Looks all texts up: in the worker, then, in one round trip, in the shared store. */
    public Lookup lookUp(ModelId model, List<String> labels, List<String> texts, Patience patience) {
        List<Place> places = new ArrayList<>(texts.size());
        Lookup lookup = new Lookup(this, patience, places);
        try {
            List<Place> unknown = List.of();
            for (String text : texts) {
                Place place = new Place(hashes.key(model.digest(), text));
                places.add(place);
                if (!foundLocally(place) && joinOrLead(place) && !foundMeanwhile(place)) {
                    unknown = unknown.isEmpty() ? new ArrayList<>(texts.size()) : unknown;
                    unknown.add(place);
                }
            }
            if (shared != null && !unknown.isEmpty()) {
                askShared(shared, unknown, labels, patience);
            }
            return lookup;
        } catch (RuntimeException | Error e) {
            lookup.close();
            throw e;
        }
    }

    private boolean foundLocally(Place place) {
        if (local == null) {
            return false;
        }
        place.found = local.get(place.key);
        if (place.found == null) {
            metrics.cache().miss(Tier.LOCAL);
            return false;
        }
        metrics.cache().hit(Tier.LOCAL);
        return true;
    }

    /** The first to ask for a text computes it, the others wait for that; tells whether this one is the first. */
    private boolean joinOrLead(Place place) {
        CompletableFuture<Prediction> mine = new CompletableFuture<>();
        CompletableFuture<Prediction> theirs = inFlight.putIfAbsent(place.key, mine);
        place.ours = theirs == null;
        place.computed = theirs == null ? mine : theirs;
        return place.ours;
    }

    /** Another request may have filled in its answer between our look and our lead. */
    private boolean foundMeanwhile(Place place) {
        Prediction prediction = local == null ? null : local.get(place.key);
        if (prediction == null) {
            return false;
        }
        place.found = prediction;
        place.ours = false;
        finish(place, prediction);
        place.computed = null;
        return true;
    }

    private void askShared(SharedTier tier, List<Place> unknown, List<String> labels, Patience patience) {
        List<@Nullable Prediction> found = tier.get(unknown.stream().map(place -> place.key).toList(), labels,
                patience);
        for (int i = 0; i < unknown.size(); i++) {
            Prediction prediction = found.get(i);
            if (prediction != null) {
                Place place = unknown.get(i);
                place.found = prediction;
                place.ours = false;
                keepLocally(place.key, prediction);
                finish(place, prediction);
                place.computed = null;
            }
        }
    }

    /**
     * Keeps what was found in both tiers, then wakes those who wait for it: whoever answers has an answer that every
     * worker finds.
     */
    void keep(List<Place> computed, Patience patience) {
        try {
            Map<CacheKey, Prediction> entries = shared == null ? Map.of() : new LinkedHashMap<>();
            for (Place place : computed) {
                Prediction prediction = Objects.requireNonNull(place.found);
                keepLocally(place.key, prediction);
                if (shared != null) {
                    entries.put(place.key, prediction);
                }
            }
            if (shared != null) {
                shared.put(entries, patience);
            }
        } finally {
            for (Place place : computed) {
                finish(place, Objects.requireNonNull(place.found));
            }
        }
    }

    private void keepLocally(CacheKey key, Prediction prediction) {
        if (local != null) {
            local.put(key, prediction);
        }
    }

    private void finish(Place place, Prediction prediction) {
        CompletableFuture<Prediction> computed = place.computed;
        if (computed != null) {
            inFlight.remove(place.key, computed);
            computed.complete(prediction);
        }
    }

    void abandon(Place place) {
        CompletableFuture<Prediction> computed = place.computed;
        if (computed != null) {
            inFlight.remove(place.key, computed);
            computed.cancel(false);
        }
    }
}
