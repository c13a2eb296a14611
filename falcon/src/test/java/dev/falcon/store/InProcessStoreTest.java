package dev.falcon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Patience;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InProcessStoreTest extends KeyValueStoreContract {

    private static final Duration TTL = Duration.ofSeconds(10);

    private final HandTicker ticker = new HandTicker();
    private final InProcessStore store = new InProcessStore(ticker);
    private final Patience patience = new Patience();

    @Override
    KeyValueStore store() {
        return store;
    }

    @Override
    void pass(Duration time) {
        ticker.advance(time);
    }

    @Test
    void holdsNoMoreEntriesThanItsBoundTheLatestOnes() {
        InProcessStore small = new InProcessStore(3, 1_000_000, ticker);
        for (int i = 0; i < 10; i++) {
            small.put(Map.of("k" + i, new byte[1]), TTL, patience);
        }
        assertThat(small.size()).isEqualTo(3);
        assertThat(small.get(List.of("k9", "k8", "k7"), patience)).doesNotContainNull();
    }

    @Test
    void holdsNoMoreBytesThanItsBound() {
        InProcessStore small = new InProcessStore(1000, 420, ticker);
        for (int i = 0; i < 10; i++) {
            small.put(Map.of("k" + i, new byte[48]), TTL, patience);
        }
        assertThat(small.size()).isEqualTo(2);
        small.put(Map.of("huge", new byte[500]), TTL, patience);
        assertThat(small.size()).as("what can never fit is not held").isZero();
        small.put(Map.of("k", new byte[48]), TTL, patience);
        assertThat(small.size()).isEqualTo(1);
    }

    @Test
    void forgetsExpiredEntriesThatNobodyAsksFor() {
        for (int i = 0; i < 100; i++) {
            store.put(Map.of("old" + i, new byte[1]), TTL, patience);
        }
        ticker.advance(TTL.plusMillis(1));
        for (int i = 0; i < 60; i++) {
            store.put(Map.of("new" + i, new byte[1]), TTL, patience);
        }
        assertThat(store.size()).isEqualTo(60);
    }
}
