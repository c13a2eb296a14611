package dev.falcon.cache;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What the cache says about one request's texts, each of which is found, ours to compute, or being computed by another
 * request. Used by the request's own thread; {@link #close} must follow, or those who wait for ours would wait in vain.
 *
 * <p>Nobody waits before having filled in what is theirs, so two requests that share texts crosswise cannot block each
 * other.
 */
public final class Lookup implements AutoCloseable {

    /** One text of the request. */
    static final class Place {
        final CacheKey key;
        @Nullable Prediction found;
        @Nullable CompletableFuture<Prediction> computed;
        boolean ours;

        Place(CacheKey key) {
            this.key = key;
        }
    }

    private final ResponseCache cache;
    private final Patience patience;
    private final List<Place> places;

    Lookup(ResponseCache cache, Patience patience, List<Place> places) {
        this.cache = cache;
        this.patience = patience;
        this.places = places;
    }

    /** Indexes of the texts that this request must compute, ascending. */
    public List<Integer> ours() {
        List<Integer> indexes = List.of();
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).ours) {
                indexes = indexes.isEmpty() ? new ArrayList<>(places.size()) : indexes;
                indexes.add(i);
            }
        }
        return indexes;
    }

    /** Whether the text's answer came out of a cache. */
    public boolean isHit(int index) {
        return places.get(index).found != null && places.get(index).computed == null;
    }

    /**
     * Keeps the predictions of {@link #ours()}, in that order, in both tiers and hands them to those who wait. When this
     * returns, the next look-up of these texts on any worker finds them.
     */
    public void fill(List<Prediction> predictions) {
        List<Place> ours = List.of();
        for (Place place : places) {
            if (place.ours) {
                ours = ours.isEmpty() ? new ArrayList<>(predictions.size()) : ours;
                ours.add(place);
            }
        }
        if (predictions.size() != ours.size()) {
            throw new IllegalArgumentException(predictions.size() + " predictions for " + ours.size() + " texts");
        }
        for (int i = 0; i < ours.size(); i++) {
            ours.get(i).found = predictions.get(i);
            ours.get(i).ours = false;
        }
        if (!ours.isEmpty()) {
            cache.keep(ours, patience);
        }
    }

    /**
     * The prediction for the text, waiting for the request that computes it if need be.
     *
     * @return null if that request failed or the deadline passed; the caller computes it then, or gives up
     */
    public @Nullable Prediction await(int index, Deadline deadline) throws InterruptedException {
        Place place = places.get(index);
        if (place.found == null && place.computed != null && !place.ours) {
            try {
                place.found = place.computed.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException | CancellationException | ExecutionException e) {
                return null;
            }
        }
        return place.found;
    }

    /** Gives up what is ours and not filled in: whoever waits for it is told and computes it for itself. */
    @Override
    public void close() {
        for (Place place : places) {
            if (place.ours) {
                place.ours = false;
                cache.abandon(place);
            }
        }
    }
}
