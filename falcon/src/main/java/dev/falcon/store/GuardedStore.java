package dev.falcon.store;

import dev.falcon.inference.Patience;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.Permit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store behind its guard: asked only while the breaker is closed, and on behalf of a request only until that request
 * has lost a wait. Safe for use by many threads.
 */
public final class GuardedStore implements KeyValueStore {

    private final KeyValueStore store;
    private final Guard guard;

    /** The guard is started and closed by whoever made it. */
    public GuardedStore(KeyValueStore store, Guard guard) {
        this.store = store;
        this.guard = guard;
    }

    @Override
    public List<byte @Nullable []> get(List<String> keys, Patience patience) throws StoreUnavailable {
        return asked(patience, () -> store.get(keys, patience));
    }

    @Override
    public void put(Map<String, byte[]> values, Duration ttl, Patience patience) throws StoreUnavailable {
        asked(patience, () -> {
            store.put(values, ttl, patience);
            return true;
        });
    }

    @Override
    public byte @Nullable [] putIfAbsent(String key, byte[] value, Duration ttl, Patience patience)
            throws StoreUnavailable {
        return asked(patience, () -> Optional.ofNullable(store.putIfAbsent(key, value, ttl, patience))).orElse(null);
    }

    @Override
    public boolean replace(String key, Replacement replacement, Patience patience) throws StoreUnavailable {
        return asked(patience, () -> store.replace(key, replacement, patience));
    }

    @Override
    public boolean remove(String key, byte[] expected, Patience patience) throws StoreUnavailable {
        return asked(patience, () -> store.remove(key, expected, patience));
    }

    @Override
    public Set<String> extend(Map<String, byte[]> expected, Duration ttl, Patience patience) throws StoreUnavailable {
        return asked(patience, () -> store.extend(expected, ttl, patience));
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws StoreUnavailable;
    }

    private <T> T asked(Patience patience, Question<T> question) throws StoreUnavailable {
        Permit permit = enter(patience);
        try {
            T answer = question.ask();
            permit.succeeded();
            return answer;
        } catch (StoreUnavailable e) {
            settle(permit, e, patience);
            throw e;
        }
    }

    private Permit enter(Patience patience) throws StoreUnavailable {
        if (patience.isLost()) {
            throw new StoreUnavailable(StoreUnavailable.Reason.NOT_ASKED, "this request has lost a wait already");
        }
        Permit permit = guard.tryEnter();
        if (permit == null) {
            throw new StoreUnavailable(StoreUnavailable.Reason.NOT_ASKED, "the circuit breaker is not closed");
        }
        return permit;
    }

    private void settle(Permit permit, StoreUnavailable failure, Patience patience) {
        switch (failure.reason()) {
            case TIMEOUT -> {
                patience.lose();
                permit.failed(String.valueOf(failure.getMessage()));
            }
            case NOT_CONNECTED, REFUSED -> permit.failed(String.valueOf(failure.getMessage()));
            case FULL, ODD_REPLY -> permit.succeeded();
            case NOT_ASKED, RECONNECTING, INTERRUPTED -> {
                // Says nothing about the server.
            }
        }
    }
}
