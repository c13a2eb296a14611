package dev.falcon.idempotency;

import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.StoreUnavailable;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the claims of running requests alive: one daemon thread renews those that are due, all in one wait, about four
 * times within a lease. A claim whose worker dies or sleeps is not renewed and ends with its lease; so does one whose
 * request's deadline has passed, whoever forgot to let it go. Safe for use by many threads.
 */
final class Leases implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration RENEWAL = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final EventLog log = new EventLog(Leases.class);
    private final KeyValueStore store;
    private final Ticker ticker;

    /** Claims and the ticker's value when each is due. */
    private final ConcurrentMap<Claim.Owned, Long> held = new ConcurrentHashMap<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread renewer;

    Leases(KeyValueStore store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
        this.renewer = Thread.ofPlatform().daemon().name("idempotency-leases").unstarted(this::renewUntilStopped);
    }

    void start() {
        renewer.start();
    }

    void hold(Claim.Owned claim) {
        held.put(claim, ticker.nanos() + RENEWAL.toNanos());
    }

    void letGo(Claim.Owned claim) {
        held.remove(claim);
    }

    /** Renews what is due. A claim that is no longer ours is let go; completing it will find out what became of it. */
    void renewDue() throws StoreUnavailable {
        long now = ticker.nanos();
        Map<String, byte[]> due = new HashMap<>();
        Map<String, Claim.Owned> claims = new HashMap<>();
        held.forEach((claim, dueNanos) -> {
            if (claim.deadline.passed()) {
                held.remove(claim);
            } else if (dueNanos - now <= 0) {
                due.put(claim.storeKey, claim.claimed);
                claims.put(claim.storeKey, claim);
            }
        });
        if (due.isEmpty()) {
            return;
        }
        Set<String> ours = store.extend(due, LEASE, new Patience());
        claims.forEach((key, claim) -> {
            if (ours.contains(key)) {
                held.computeIfPresent(claim, (same, dueNanos) -> now + RENEWAL.toNanos());
            } else {
                held.remove(claim);
            }
        });
    }

    private void renewUntilStopped() {
        try {
            while (!stop.await(LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
                renewOrTryAgainSoon();
            }
        } catch (InterruptedException e) {
            // As good as being stopped.
            return;
        }
    }

    private void renewOrTryAgainSoon() {
        try {
            renewDue();
        } catch (StoreUnavailable e) {
            // Due claims stay due; a lease that ends meanwhile is found out when its claim is completed.
            return;
        } catch (RuntimeException e) {
            log.emit(Event.DEFECT, "renewing idempotency claims failed", e);
        }
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            renewer.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
