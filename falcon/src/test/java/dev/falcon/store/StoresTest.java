package dev.falcon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Password;
import dev.falcon.config.Settings;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.RedisWorker;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoresTest {

    private static final Settings.Breaker BREAKER = new Settings.Breaker(5, Duration.ofSeconds(60), 3);

    private final Metrics metrics = new Metrics("w", Ticker.system());

    @Test
    void withoutAHostTheStoreIsInThisProcessAndNothingIsShared() throws StoreUnavailable {
        try (Stores stores = open(null, 6379)) {
            assertThat(stores.isAvailable()).isTrue();
            assertThat(stores.shared()).isNull();
            stores.store().put(Map.of("k", new byte[]{1}), Duration.ofSeconds(10), new Patience());
            assertThat(stores.store().get(List.of("k"), new Patience())).containsExactly(new byte[]{1});
            assertThat(Scraped.value(metrics, "circuit_breaker_state", "redis")).isZero();
        }
    }

    @Test
    void withAHostItIsRedisAndOpeningDoesNotWaitForIt() {
        try (RealRedis redis = RealRedis.absent(); Stores stores = open(redis.host(), redis.port())) {
            assertThat(stores.isAvailable()).isFalse();
            assertThat(Scraped.value(metrics, "circuit_breaker_state", "redis")).isEqualTo(1);
            redis.start();
            await().until(stores::isAvailable);
            assertThat(stores.shared()).isNotNull();
        }
    }

    @Test
    void closingEndsTheConnection() {
        try (RealRedis redis = RealRedis.started()) {
            try (Stores stores = open(redis.host(), redis.port())) {
                await().until(stores::isAvailable);
                assertThat(clients(redis)).isEqualTo(2);
            }
            await().until(() -> clients(redis) == 1);
        }
    }

    /** The one that asks included. */
    private static long clients(RealRedis redis) {
        return redis.command("CLIENT", "LIST").lines().filter(line -> line.startsWith("id=")).count();
    }

    private Stores open(@Nullable String host, int port) {
        return Stores.open(
                new Settings.Redis(host, port, 0, Password.NONE, RedisWorker.OPERATION_TIMEOUT.multipliedBy(10)),
                BREAKER, metrics, Ticker.system());
    }
}
