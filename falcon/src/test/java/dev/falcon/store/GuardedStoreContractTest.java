package dev.falcon.store;

import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class GuardedStoreContractTest extends KeyValueStoreContract {

    private final HandTicker ticker = new HandTicker();
    private final Guard guard = new Guard(Dependency.REDIS,
            new GuardPolicy(5, Duration.ofSeconds(60), 3, Duration.ofSeconds(60)),
            new Metrics("w", ticker).guard(Dependency.REDIS), ticker);
    private final GuardedStore store = new GuardedStore(new InProcessStore(ticker), guard);

    @BeforeEach
    void connect() {
        guard.start(() -> true);
        Awaitility.await().until(guard::isAvailable);
    }

    @AfterEach
    void close() {
        guard.close();
    }

    @Override
    KeyValueStore store() {
        return store;
    }

    @Override
    void pass(Duration time) {
        ticker.advance(time);
    }
}
