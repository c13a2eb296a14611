package dev.falcon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Password;
import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisStoreContractTest extends KeyValueStoreContract {

    private final Metrics metrics = new Metrics("w", Ticker.system());
    private final RealRedis redis = RealRedis.started("--maxmemory", "64mb");
    private final RedisStore store = new RedisStore(
            new Settings.Redis(redis.host(), redis.port(), 3, Password.NONE, Duration.ofSeconds(5)),
            metrics.store(), Ticker.system(), () -> {});

    @BeforeAll
    void connect() throws StoreUnavailable {
        store.probe();
    }

    @AfterAll
    void close() {
        store.close();
        redis.close();
    }

    @Override
    KeyValueStore store() {
        return store;
    }

    @Override
    void pass(Duration time) throws InterruptedException {
        Ticker.system().sleep(time);
    }

    @Test
    void usesItsOwnDatabaseNumberAndTellsTheMemoryInUse() throws StoreUnavailable {
        store.probe();
        assertThat(redis.info("db3")).startsWith("keys=");
        assertThat(Scraped.value(metrics, "redis_memory_used_ratio")).isBetween(0.001, 0.5);
    }

    @Test
    void usesOneConnection() {
        assertThat(redis.command("CLIENT", "LIST").lines().filter(line -> line.contains("db=3"))).hasSize(1);
    }
}
