package dev.falcon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Patience;
import dev.falcon.store.InProcessStore;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The renewer's decisions on a clock moved by hand; its thread is never started here. */
class LeasesTest {

    private final HandTicker ticker = new HandTicker();
    private final InProcessStore store = new InProcessStore(ticker);
    private final Leases leases = new Leases(store, ticker);

    @Test
    void keepsAClaimAliveFarBeyondOneLease() throws Exception {
        hold("k");
        for (int i = 0; i < 100; i++) {
            ticker.advance(Duration.ofMillis(100));
            leases.renewDue();
        }
        assertThat(isThere("k")).isTrue();
    }

    @Test
    void endsWithItsLeaseOnceLetGoOrNotRenewed() throws Exception {
        Claim.Owned claim = hold("k");
        hold("other");
        leases.letGo(claim);
        ticker.advance(Duration.ofSeconds(1));
        leases.renewDue();
        ticker.advance(Duration.ofMillis(1001));
        assertThat(isThere("k")).isFalse();
        assertThat(isThere("other")).isTrue();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(isThere("other")).as("not renewed for two seconds").isFalse();
    }

    @Test
    void doesNotRenewBeyondTheRequestsDeadline() throws Exception {
        hold("k");
        for (int i = 0; i < 325; i++) {
            ticker.advance(Duration.ofMillis(100));
            leases.renewDue();
        }
        assertThat(isThere("k")).isFalse();
    }

    @Test
    void doesNotTouchWhatASuccessorHolds() throws Exception {
        hold("k");
        byte[] successor = {9};
        store.put(Map.of("k", successor), Duration.ofSeconds(1), new Patience());
        ticker.advance(Duration.ofMillis(600));
        leases.renewDue();
        ticker.advance(Duration.ofMillis(600));
        assertThat(isThere("k")).isFalse();
    }

    private Claim.Owned hold(String key) {
        byte[] claim = {1, 2, 3};
        InferenceRequest request = Requests.request(key, "a", ticker);
        store.put(Map.of(key, claim), Leases.LEASE, new Patience());
        Claim.Owned owned = new Claim.Owned(key, "f", claim, request);
        leases.hold(owned);
        return owned;
    }

    private boolean isThere(String key) {
        return store.get(List.of(key), new Patience()).getFirst() != null;
    }
}
