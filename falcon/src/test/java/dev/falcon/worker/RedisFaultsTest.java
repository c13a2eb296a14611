package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.MetricsWatch;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.SteadyLoad;
import dev.falcon.testing.SteadyLoad.Sent;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import dev.falcon.worker.Outage.Course;
import dev.falcon.worker.Outage.Fault;
import dev.falcon.worker.Outage.Names;
import dev.falcon.worker.Outage.Step;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which Redis fails, under load: every request is answered, and the worker finds back by itself. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RedisFaultsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 1000;
    private static final String FIRST_PASSWORD = "first";

    private RealRedis redis;
    private FaultProxy proxy;
    private WorkerProcess worker;
    private Outage outage;
    private Path passwordFile = Path.of("");

    @BeforeAll
    void startAll(@TempDir Path folder) throws IOException {
        redis = RealRedis.started("--requirepass", FIRST_PASSWORD);
        proxy = FaultProxy.to(redis.port());
        passwordFile = Files.writeString(folder.resolve("password"), FIRST_PASSWORD + "\n");
        worker = quick(WorkerSetup.in(folder)).withRedis(proxy.port())
                .with("REDIS_PASSWORD_FILE", passwordFile.toString())
                .start();
        outage = new Outage(worker, Names.REDIS);
    }

    private static WorkerSetup quick(WorkerSetup setup) {
        return setup.with("REDIS_OPERATION_TIMEOUT_MS", Integer.toString(TIMEOUT_MILLIS))
                .with("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "6")
                .with("CIRCUIT_BREAKER_TIMEOUT_SECONDS", "0.6")
                .with("CIRCUIT_BREAKER_HALF_OPEN_ATTEMPTS", "2");
    }

    @AfterAll
    void stopAll() {
        Cleanup.close(worker, proxy, redis);
    }

    @Test
    void aKilledRedisCostsNoAnswer() throws Exception {
        servedWithoutThePromise(new Fault("killed", redis::kill, () -> assertThatThrownBy(this::ping), redis::start));
    }

    @Test
    void aPausedRedisCostsNoAnswer() throws Exception {
        servedWithoutThePromise(new Fault("paused", redis::pause, this::isSilent, redis::resume));
    }

    @Test
    void aBlackholedRedisCostsNoAnswer() throws Exception {
        servedWithoutThePromise(new Fault("blackholed", proxy::blackhole, this::isSilent, proxy::pass));
    }

    @Test
    void aSlowRedisCostsNoAnswer() throws Exception {
        servedWithoutThePromise(new Fault("slow", () -> proxy.latency(Duration.ofMillis(TIMEOUT_MILLIS)),
                this::isSlow, proxy::pass));
    }

    @Test
    void aReadOnlyRedisCostsNoAnswer() throws Exception {
        servedWithoutThePromise(new Fault("readonly", () -> redis.command("REPLICAOF", "127.0.0.1", "1"),
                () -> assertThat(redis.command("SET", "probe", "x")).startsWith("-READONLY"),
                () -> redis.command("REPLICAOF", "NO", "ONE")));
    }

    @Test
    void aChangedPasswordCostsNoAnswerAndIsTakenFromItsFile() throws Exception {
        try {
            servedWithoutThePromise(new Fault("password", () -> {
                redis.command("CONFIG", "SET", "requirepass", "second");
                redis.usePassword("second");
                proxy.cut();
            }, () -> {
                redis.usePassword(FIRST_PASSWORD);
                assertThat(redis.command("PING")).startsWith("-");
                redis.usePassword("second");
            }, () -> Files.writeString(passwordFile, "second\n")));
            // Told is the failure that opened the breaker: a refused password, a command while no connection was had, or
            // one on a connection that was just cut.
            assertThat(worker.log().of("redis_unavailable").getLast().message())
                    .containsAnyOf("password", "not connected", "Connection reset")
                    .doesNotContain(FIRST_PASSWORD);
        } finally {
            redis.command("CONFIG", "SET", "requirepass", FIRST_PASSWORD);
            redis.usePassword(FIRST_PASSWORD);
            Files.writeString(passwordFile, FIRST_PASSWORD + "\n");
        }
    }

    /** An outage in which a keyed request is answered too, and told that it may not be found again. */
    private void servedWithoutThePromise(Fault fault) throws Exception {
        Course course = outage.survived(fault);

        assertThat(course.whileOpen()).filteredOn(each -> each.key() != null)
                .isNotEmpty()
                .allMatch(Sent::withoutIdempotency);
        assertThat(course.whileOpen()).filteredOn(each -> each.key() == null)
                .noneMatch(Sent::withoutIdempotency);
        assertThat(course.all()).as("a request loses at most one wait").allMatch(each -> each.millis() < 10_000);
        replays("after-" + fault.name());
    }

    @Test
    void aFlushedRedisCostsMissesOnly() throws Exception {
        replays("before-flush");
        worker.infer("cached before and after");
        redis.command("SET", "marker", "x");

        goesOnAsBefore("flushed", () -> redis.command("FLUSHALL"),
                () -> assertThat(redis.command("GET", "marker")).isEmpty());

        assertThat(ask("before-flush").header("Idempotent-Replayed")).isEmpty();
        assertThat(ask("before-flush").header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(worker.infer("cached before and after").flag("cache_hit")).as("the local tier stays").isTrue();
    }

    @Test
    void aFullRedisThatEvictsNothingCostsMissesOnly() throws Exception {
        double errors = worker.metric("cache_errors_total");
        try {
            List<Sent> sent = goesOnAsBefore("full", () -> redis.command("CONFIG", "SET", "maxmemory", "1"),
                    () -> assertThat(redis.command("SET", "probe", "x")).startsWith("-OOM"));

            assertThat(worker.metric("cache_errors_total")).isGreaterThan(errors);
            assertThat(sent).filteredOn(each -> each.key() != null).anyMatch(Sent::withoutIdempotency);
            await().atMost(PATIENCE).until(() -> worker.metric("redis_memory_used_ratio") >= 1);
        } finally {
            redis.command("CONFIG", "SET", "maxmemory", "0");
        }
        replays("after-full");
    }

    @Test
    void aFullRedisThatEvictsByTimeToLiveKeepsTheKeyedAnswers() throws Exception {
        replays("before-eviction");
        redis.command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
        redis.command("CONFIG", "SET", "maxmemory-samples", "50");
        try {
            List<Sent> sent = goesOnAsBefore("evicting", this::fillUp,
                    () -> assertThat(Long.parseLong(redis.info("evicted_keys"))).isPositive());

            assertThat(sent).filteredOn(each -> each.key() != null).noneMatch(Sent::withoutIdempotency);
            assertThat(ask("before-eviction").header("Idempotent-Replayed")).isEqualTo("true");
        } finally {
            redis.command("CONFIG", "SET", "maxmemory", "0");
            redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    /** Fills Redis with what lives longer than a cached answer and shorter than a keyed one, until some of it must go. */
    private void fillUp() {
        long used = Long.parseLong(redis.info("used_memory"));
        redis.command("CONFIG", "SET", "maxmemory", Long.toString(used + 1_000_000));
        for (int i = 0; i < 200; i++) {
            assertThat(redis.command("SET", "filler-" + i, "x".repeat(10_000), "EX", "20000")).isEqualTo("OK");
        }
    }

    @Test
    void aRedisAbsentAtTheStartIsFoundWhenItComes(@TempDir Path folder) {
        try (RealRedis late = RealRedis.absent();
                WorkerProcess early = quick(WorkerSetup.in(folder)).withRedis(late.port()).start();
                SteadyLoad load = SteadyLoad.on(early, "absent", 50)) {
            assertThatThrownBy(() -> late.command("PING"));
            early.log().awaitNext("redis_unavailable", 0);
            Outage.awaitMore(load, 40);
            assertThat(early.get("/readyz").status()).isEqualTo(200);
            assertThat(early.get("/readyz").text("degraded")).isEqualTo("[redis]");
            assertThat(early.metric("circuit_breaker_state", "dependency=\"redis\"")).isEqualTo(1);

            late.start();

            await().atMost(PATIENCE).until(() -> early.get("/readyz").text("degraded").equals("[]"));
            Outage.awaitMore(load, 20);
            assertThat(load.stop()).filteredOn(each -> !each.ok()).isEmpty();
            assertThat(early.log().of("redis_unavailable")).hasSize(1);
            early.log().awaitNext("redis_available", 0);
            assertThat(late.command("KEYS", "falcon:answer:*")).isNotEmpty();
        }
    }

    /** Something happens under load that is no outage: the breaker stays closed and nothing is said to be unavailable. */
    private List<Sent> goesOnAsBefore(String name, Step happens, Step probe) throws Exception {
        outage.awaitWell();
        int told = worker.log().of("redis_unavailable").size();
        double failures = worker.metric("circuit_breaker_failures_total", "dependency=\"redis\"");
        try (MetricsWatch watch = MetricsWatch.on(worker, "redis");
                SteadyLoad load = SteadyLoad.on(worker, name, 50)) {
            Outage.awaitMore(load, 20);
            happens.run();
            probe.run();
            long since = Ticker.system().nanos();
            Outage.awaitMore(load, 60);
            List<Sent> sent = load.stop();

            assertThat(sent).filteredOn(each -> !each.ok()).isEmpty();
            assertThat(watch.states()).containsExactly(0);
            assertThat(worker.log().of("redis_unavailable")).hasSize(told);
            assertThat(worker.metric("circuit_breaker_failures_total", "dependency=\"redis\"") - failures)
                    .as("failures beyond a busy machine's few")
                    .isLessThan(sent.size() / 4.0);
            return load.sentSince(since);
        }
    }

    /** The promise holds: a second request with the same key finds the first one's answer. */
    private void replays(String key) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ask(key).header("Idempotent-Replayed")).isEqualTo("true"));
    }

    private WorkerReply ask(String key) {
        WorkerReply reply = worker.infer("asked again under " + key, "Idempotency-Key", key);
        assertThat(reply.status()).isEqualTo(200);
        return reply;
    }

    private String ping() {
        return redis.command("PING");
    }

    /** By the way the worker takes, no answer comes for much longer than the worker waits. */
    private void isSilent() throws IOException {
        assertThatThrownBy(() -> answerThroughProxy(3 * TIMEOUT_MILLIS)).isInstanceOf(SocketTimeoutException.class);
    }

    private void isSlow() throws IOException {
        long start = Ticker.system().nanos();
        answerThroughProxy(20_000);
        assertThat(Duration.ofNanos(Ticker.system().nanos() - start).toMillis()).isGreaterThan(TIMEOUT_MILLIS);
    }

    private void answerThroughProxy(int timeoutMillis) throws IOException {
        try (Socket socket = new Socket(proxy.host(), proxy.port())) {
            socket.setSoTimeout(timeoutMillis);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isNotNegative();
        }
    }
}
