package dev.falcon.idempotency;

import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.KeyValueStore.Replacement;
import dev.falcon.store.StoreUnavailable;
import dev.falcon.telemetry.Fallback;
import dev.falcon.telemetry.FallbackMeters;
import dev.falcon.telemetry.IdempotencyMeters;
import dev.falcon.telemetry.Metrics;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes a retried request find its first answer. A key is claimed under a lease with a fencing token; only who holds the
 * token completes or releases the claim, so a worker that slept through its lease cannot overwrite its successor. Safe
 * for use by many threads.
 */
public final class IdempotencyGuard implements AutoCloseable {

    private final Settings.Idempotency settings;
    private final KeyValueStore store;
    private final IdempotencyMeters meters;
    private final FallbackMeters fallbacks;
    private final Leases leases;

    public IdempotencyGuard(Settings.Idempotency settings, KeyValueStore store, Metrics metrics, Ticker ticker) {
        this.settings = settings;
        this.store = store;
        this.meters = metrics.idempotency();
        this.fallbacks = metrics.fallbacks();
        this.leases = new Leases(store, ticker);
        leases.start();
    }

    /** Tries once to claim the request's key. Does not wait for another request; the caller polls. */
    public Claim claim(InferenceRequest request) {
        String key = request.idempotencyKey();
        if (key == null) {
            return new Claim.NotAsked();
        }
        String storeKey = Fingerprint.storeKey(key);
        String fingerprint = Fingerprint.of(request);
        byte[] claim = Stored.claim(fingerprint, UUID.randomUUID().toString()).bytes();
        try {
            byte[] there = store.putIfAbsent(storeKey, claim, Leases.LEASE, request.caller().patience());
            return there == null ? owned(new Claim.Owned(storeKey, fingerprint, claim, request))
                    : judged(there, fingerprint, request);
        } catch (StoreUnavailable e) {
            return unavailable();
        }
    }

    private Claim owned(Claim.Owned claim) {
        meters.miss();
        leases.hold(claim);
        return claim;
    }

    private Claim judged(byte[] there, String fingerprint, InferenceRequest request) {
        Stored stored = Stored.read(there);
        if (stored == null) {
            return unavailable();
        }
        if (!stored.fingerprint().equals(fingerprint)) {
            meters.conflict();
            return new Claim.Mismatch();
        }
        if (stored.token() != null) {
            return new Claim.Busy();
        }
        List<Answer> answers = stored.toAnswers(request.texts().size(), request.models().size());
        if (answers == null) {
            return unavailable();
        }
        meters.hit();
        return new Claim.Replay(answers);
    }

    private Claim unavailable() {
        fallbacks.triggered(Fallback.IDEMPOTENCY_SKIPPED);
        return new Claim.Unavailable();
    }

    /** To be told when a caller gave up waiting for another request with its key. */
    public void gaveUp() {
        meters.conflict();
    }

    /** Stores the finished answers under the key, if the claim still holds. */
    public Completion complete(Claim.Owned claim, List<Answer> answers, Patience patience) {
        leases.letGo(claim);
        byte[] finished = Stored.finished(claim.fingerprint, answers).bytes();
        try {
            if (store.replace(claim.storeKey, new Replacement(claim.claimed, finished, settings.ttl()), patience)) {
                return new Completion.Kept();
            }
            return afterLosing(claim, finished, patience);
        } catch (StoreUnavailable e) {
            fallbacks.triggered(Fallback.IDEMPOTENCY_SKIPPED);
            return new Completion.NotKept();
        }
    }

    /** The lease ran out: either a successor has the key, or nobody has and the answers may still be kept. */
    private Completion afterLosing(Claim.Owned claim, byte[] finished, Patience patience) throws StoreUnavailable {
        byte[] there = store.putIfAbsent(claim.storeKey, finished, settings.ttl(), patience);
        if (there == null) {
            return new Completion.Kept();
        }
        List<Answer> successors = answersOf(there, claim);
        if (successors != null) {
            meters.hit();
            return new Completion.Superseded(successors);
        }
        fallbacks.triggered(Fallback.IDEMPOTENCY_SKIPPED);
        return new Completion.NotKept();
    }

    private static @Nullable List<Answer> answersOf(byte[] there, Claim.Owned claim) {
        Stored stored = Stored.read(there);
        return stored != null && stored.fingerprint().equals(claim.fingerprint)
                ? stored.toAnswers(claim.texts, claim.models)
                : null;
    }

    /** Gives the key up without an answer, so that a retry may try again at once. */
    public void release(Claim.Owned claim) {
        leases.letGo(claim);
        try {
            store.remove(claim.storeKey, claim.claimed, claim.patience);
        } catch (StoreUnavailable e) {
            // The lease ends by itself.
        }
    }

    @Override
    public void close() {
        leases.close();
    }
}
