package dev.falcon.idempotency;

import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.KeyValueStore.Replacement;
import dev.falcon.store.StoreUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the claims of running requests alive: one thread renews all of them, about four times within a lease. A claim
 * whose worker dies, or sleeps, is not renewed and ends with its lease. Safe for use by many threads.
 */
final class Leases implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration RENEWAL = Duration.ofMillis(500);

    private final KeyValueStore store;
    private final Ticker ticker;
    private final Set<Claim.Owned> held = ConcurrentHashMap.newKeySet();
    private final Thread renewer;

    Leases(KeyValueStore store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
        this.renewer = Thread.ofVirtual().name("idempotency-leases").start(this::renewForEver);
    }

    void hold(Claim.Owned claim) {
        held.add(claim);
    }

    void letGo(Claim.Owned claim) {
        held.remove(claim);
    }

    private void renewForEver() {
        try {
            while (true) {
                ticker.sleep(RENEWAL);
                renewAll();
            }
        } catch (InterruptedException e) {
            // close() was called.
        }
    }

    void renewAll() {
        Patience patience = new Patience();
        for (Claim.Owned claim : List.copyOf(held)) {
            try {
                boolean ours = store.replace(claim.storeKey, new Replacement(claim.claimed, claim.claimed, LEASE),
                        patience);
                if (!ours) {
                    held.remove(claim);
                }
            } catch (StoreUnavailable e) {
                // The lease may end; completing with the token will tell.
                return;
            }
        }
    }

    @Override
    public void close() {
        renewer.interrupt();
    }
}
