package dev.falcon.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.RedisWorker;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The cache on a real Redis that breaks: answers stay right, requests lose one wait at most. */
@Isolated("times are measured")
class SharedTierFaultsTest {

    private static final Duration BOUND = RedisWorker.OPERATION_TIMEOUT.multipliedBy(5);

    private RealRedis redis;
    private FaultProxy proxy;
    private RedisWorker worker;
    private ResponseCache cache;

    @BeforeEach
    void start() {
        redis = RealRedis.started();
        proxy = FaultProxy.to(redis.port());
        worker = RedisWorker.at(proxy.host(), proxy.port());
        cache = cache(worker);
    }

    @AfterEach
    void stop() {
        Cleanup.close(worker, proxy, redis);
    }

    @Test
    void whatOneWorkerAnsweredTheOtherFindsAtOnce() throws Exception {
        try (RedisWorker other = RedisWorker.patientAt(redis.host(), redis.port())) {
            Texts.ask(cache, "a", "b", "c");
            assertThat(Texts.ask(cache(other), "c", "b", "a", "d")).containsExactly(true, true, true, false);
        }
    }

    @Test
    void entriesLeaveRedisByThemselves() throws Exception {
        Texts.ask(cache, "a");
        String key = new Hashes().key(Texts.MODEL.digest(), "a").value();
        assertThat(Integer.parseInt(redis.command("TTL", key))).isBetween(3239, 3960);
    }

    @Test
    void aHangingRedisCostsARequestOneWaitThoughItLooksUpAndKeeps() throws Exception {
        Texts.ask(cache, "warm");
        proxy.blackhole();
        long start = Ticker.system().nanos();
        assertThat(Texts.ask(cache, "a")).containsExactly(false);
        assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isLessThan(BOUND);
        assertThat(Texts.ask(cache, "a")).as("the local tier goes on").containsExactly(true);
        assertThat(counted("cache_errors_total", "get")).isEqualTo(1);
        assertThat(counted("cache_errors_total", "set")).as("not even asked").isZero();
        assertThat(counted("fallback_triggered_total", "cache_skipped")).isEqualTo(2);
    }

    @Test
    void aDeadRedisIsAMissAndItsReturnIsNoticed() throws Exception {
        redis.kill();
        worker.disconnected();
        assertThat(Texts.ask(cache, "a")).containsExactly(false);
        redis.start();
        worker.connected();
        assertThat(Texts.ask(cache, "b")).containsExactly(false);
        try (RedisWorker other = RedisWorker.patientAt(redis.host(), redis.port())) {
            assertThat(Texts.ask(cache(other), "a", "b")).containsExactly(false, true);
        }
    }

    @Test
    void aFlushedRedisIsAMiss() throws Exception {
        Texts.ask(cache, "a");
        redis.command("FLUSHALL");
        try (RedisWorker other = RedisWorker.patientAt(redis.host(), redis.port())) {
            assertThat(Texts.ask(cache(other), "a")).containsExactly(false);
        }
    }

    @Test
    void aFullRedisIsAnErrorOfTheCacheAndNoOutage() throws Exception {
        redis.command("CONFIG", "SET", "maxmemory", "100kb");
        for (int i = 0; i < 3 * RedisWorker.FAILURE_THRESHOLD; i++) {
            assertThat(Texts.ask(cache, "text " + i)).containsExactly(false);
        }
        assertThat(counted("cache_errors_total", "set")).isEqualTo(3 * RedisWorker.FAILURE_THRESHOLD);
        assertThat(worker.guard().isAvailable()).isTrue();
    }

    private static ResponseCache cache(RedisWorker worker) {
        return new ResponseCache(new Settings.Cache(true, Duration.ofHours(1), 1000), worker.store(), worker.metrics(),
                Ticker.system());
    }

    private double counted(String name, String label) {
        return Scraped.value(worker.metrics(), name, "\"" + label + "\"");
    }
}
