package dev.falcon.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.KeyValueStore.Replacement;
import dev.falcon.store.StoreUnavailable.Reason;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.RedisWorker;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A real Redis that dies, hangs, slows down, forgets, fills up and comes back, behind a proxy that can do the same. */
@Isolated("times are measured, and another test's load would be taken for Redis' slowness")
class RedisFaultsTest {

    private static final Duration TTL = Duration.ofMinutes(1);

    /** A wait that was lost, on a busy machine. */
    private static final Duration BOUND = RedisWorker.OPERATION_TIMEOUT.multipliedBy(5);

    private RealRedis redis;
    private FaultProxy proxy;
    private RedisWorker worker;

    @BeforeEach
    void start() {
        redis = RealRedis.started("--maxmemory", "16mb");
        proxy = FaultProxy.to(redis.port());
        worker = RedisWorker.patientAt(proxy.host(), proxy.port());
    }

    @AfterEach
    void stop() {
        Cleanup.close(worker, proxy, redis);
    }

    @Test
    void killed() throws StoreUnavailable {
        put("k", "v");
        redis.kill();
        worker.disconnected();
        assertThat(reasonOfGet()).isEqualTo(Reason.NOT_ASKED);
        assertThat(state()).isIn(1.0, 2.0);
        redis.start();
        worker.connected();
        put("k", "again");
        assertThat(get("k")).isEqualTo("again");
        assertThat(state()).isZero();
    }

    @Test
    void killedWhileIdleIsNoticedWithoutAnyRequest() {
        double before = Scraped.value(worker.metrics(), "circuit_breaker_failures_total", "redis");
        redis.kill();
        worker.disconnected();
        assertThat(Scraped.value(worker.metrics(), "circuit_breaker_failures_total", "redis") - before)
                .isGreaterThanOrEqualTo(RedisWorker.FAILURE_THRESHOLD);
    }

    @Test
    void paused() throws StoreUnavailable {
        put("k", "v");
        beImpatient();
        redis.pause();
        losesAtMostTheTimeoutEachUntilTheBreakerOpens();
        redis.resume();
        worker.connected();
        assertThat(get("k")).isEqualTo("v");
    }

    @Test
    void blackholed() throws StoreUnavailable {
        put("k", "v");
        beImpatient();
        int connections = proxy.accepted();
        proxy.blackhole();
        losesAtMostTheTimeoutEachUntilTheBreakerOpens();
        proxy.pass();
        worker.connected();
        assertThat(get("k")).isEqualTo("v");
        assertThat(proxy.accepted()).as("a silent connection is not trusted again").isGreaterThan(connections);
    }

    @Test
    void slow() throws StoreUnavailable {
        put("k", "v");
        beImpatient();
        proxy.latency(RedisWorker.OPERATION_TIMEOUT);
        losesAtMostTheTimeoutEachUntilTheBreakerOpens();
        proxy.pass();
        worker.connected();
        assertThat(get("k")).isEqualTo("v");
    }

    @Test
    void oneConnectionLostIsNoOutage() throws StoreUnavailable {
        put("k", "v");
        proxy.cut();
        await().until(() -> "v".equals(getOrNull("k")));
        assertThat(worker.guard().isAvailable()).isTrue();
        assertThat(state()).isZero();
    }

    @Test
    void everyConnectionReset() throws StoreUnavailable {
        put("k", "v");
        proxy.reset();
        worker.disconnected();
        proxy.pass();
        worker.connected();
        assertThat(get("k")).isEqualTo("v");
    }

    @Test
    void flushedWithItsScripts() throws StoreUnavailable {
        put("k", "v");
        worker.store().putIfAbsent("other", bytes("v"), TTL, new Patience());
        redis.command("FLUSHALL");
        redis.command("SCRIPT", "FLUSH");
        assertThat(getOrNull("k")).isNull();
        assertThat(worker.store().putIfAbsent("other", bytes("w"), TTL, new Patience())).isNull();
        assertThat(worker.store().replace("other", new Replacement(bytes("w"), bytes("x"), TTL), new Patience()))
                .isTrue();
        assertThat(worker.guard().isAvailable()).isTrue();
    }

    @Test
    void fullIsAnErrorOfWritesAndNoOutage() throws StoreUnavailable {
        put("k", "v");
        redis.command("CONFIG", "SET", "maxmemory", "100kb");
        StoreUnavailable put = catchThrowableOfType(StoreUnavailable.class, () -> put("other", "v"));
        assertThat(put.reason()).isEqualTo(Reason.FULL);
        StoreUnavailable claim = catchThrowableOfType(StoreUnavailable.class,
                () -> worker.store().putIfAbsent("other", bytes("v"), TTL, new Patience()));
        assertThat(claim.reason()).as("within a script").isEqualTo(Reason.FULL);
        assertThat(get("k")).as("reads go on").isEqualTo("v");
        await().until(() -> Scraped.value(worker.metrics(), "redis_memory_used_ratio") > 0.9);
        assertThat(worker.guard().isAvailable()).isTrue();
        redis.command("CONFIG", "SET", "maxmemory", "16mb");
        put("other", "v");
    }

    @Test
    void readOnlyAfterAFailover() throws StoreUnavailable {
        put("k", "v");
        redis.command("REPLICAOF", "127.0.0.1", "1");
        worker.disconnected();
        redis.command("REPLICAOF", "NO", "ONE");
        worker.connected();
        put("k", "w");
        assertThat(get("k")).isEqualTo("w");
    }

    @Test
    void aKeyOfAnotherKindIsNoOutageAndKeepsTheConnection() {
        redis.command("LPUSH", "list", "v");
        int connections = proxy.accepted();
        for (int i = 0; i < 2 * RedisWorker.FAILURE_THRESHOLD; i++) {
            StoreUnavailable failure = catchThrowableOfType(StoreUnavailable.class,
                    () -> worker.store().putIfAbsent("list", bytes("v"), TTL, new Patience()));
            assertThat(failure.reason()).isEqualTo(Reason.ODD_REPLY);
        }
        assertThat(worker.guard().isAvailable()).isTrue();
        assertThat(proxy.accepted()).isEqualTo(connections);
    }

    @Test
    void aRequestThatLostAWaitAsksNoMoreWhileOthersStillDo() {
        worker.close();
        worker = RedisWorker.withThreshold(1000, proxy.host(), proxy.port());
        redis.pause();
        Patience patience = new Patience();
        assertThat(reasonOfGet(patience)).isEqualTo(Reason.TIMEOUT);
        assertThat(patience.isLost()).isTrue();
        assertThat(reasonOfGet(patience)).isEqualTo(Reason.NOT_ASKED);
        assertThat(reasonOfGet(new Patience())).as("asked, though the probe may meanwhile give the connection up")
                .isNotEqualTo(Reason.NOT_ASKED);
        redis.resume();
    }

    /** Where waits are measured, they are short. */
    private void beImpatient() {
        worker.close();
        worker = RedisWorker.at(proxy.host(), proxy.port());
    }

    private void losesAtMostTheTimeoutEachUntilTheBreakerOpens() {
        int waits = 0;
        int calls = 0;
        while (worker.guard().isAvailable()) {
            long start = Ticker.system().nanos();
            Reason reason = reasonOfGet();
            assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isLessThan(BOUND);
            assertThat(reason).isIn(Reason.TIMEOUT, Reason.NOT_ASKED, Reason.RECONNECTING, Reason.NOT_CONNECTED);
            calls++;
            waits += reason == Reason.TIMEOUT ? 1 : 0;
        }
        assertThat(calls).as("silence counts also for requests that find the connection given up")
                .isLessThanOrEqualTo(RedisWorker.FAILURE_THRESHOLD + 1);
        assertThat(waits).isLessThanOrEqualTo(RedisWorker.FAILURE_THRESHOLD);
        assertThat(reasonOfGet()).isEqualTo(Reason.NOT_ASKED);
    }

    private Reason reasonOfGet() {
        return reasonOfGet(new Patience());
    }

    private Reason reasonOfGet(Patience patience) {
        StoreUnavailable failure = catchThrowableOfType(StoreUnavailable.class,
                () -> worker.store().get(List.of("k"), patience));
        assertThat(failure).isNotNull();
        return failure.reason();
    }

    private void put(String key, String value) throws StoreUnavailable {
        worker.store().put(Map.of(key, bytes(value)), TTL, new Patience());
    }

    private String get(String key) {
        return String.valueOf(getOrNull(key));
    }

    private @Nullable String getOrNull(String key) {
        try {
            byte[] value = worker.store().get(List.of(key), new Patience()).getFirst();
            return value == null ? null : new String(value, UTF_8);
        } catch (StoreUnavailable e) {
            return e.reason().name();
        }
    }

    private double state() {
        return Scraped.value(worker.metrics(), "circuit_breaker_state", "redis");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
