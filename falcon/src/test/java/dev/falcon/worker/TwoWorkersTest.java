package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two workers share one Redis and one PostgreSQL. Worker A reaches Redis through a proxy and has patience with it, so that
 * a test finds it in the middle of a request; worker B serves the same weights as another version, so that an answer
 * tells whose it is.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TwoWorkersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LEASE_MILLIS = 2000;
    private static final Duration LATENCY = Duration.ofMillis(250);
    private static final List<String> PREDICTION = List.of("prediction", "confidence", "probabilities", "model_name",
            "model_version");

    private Path folder = Path.of("");
    private RealRedis redis;
    private RealPostgres postgres;
    private FaultProxy proxy;
    private WorkerProcess a;
    private WorkerProcess b;

    @BeforeAll
    void startAll(@TempDir Path temporary) throws IOException {
        folder = temporary;
        redis = RealRedis.started();
        postgres = RealPostgres.start();
        proxy = FaultProxy.to(redis.port());
        a = patient("a").start();
        b = WorkerSetup.in(folder.resolve("b"))
                .withRedis(redis.port())
                .withPostgres(postgres.port())
                .with("MODEL_PATH", anotherVersion().toString())
                .with("REDIS_OPERATION_TIMEOUT_MS", "1000")
                .with("REQUEST_TIMEOUT_SECONDS", "4")
                .with("INFERENCE_TIMEOUT_SECONDS", "4")
                .start();
    }

    /** A worker that waits for Redis as long as a test needs. */
    private WorkerSetup patient(String name) {
        return WorkerSetup.in(folder.resolve(name))
                .withRedis(proxy.port())
                .withPostgres(postgres.port())
                .with("REDIS_OPERATION_TIMEOUT_MS", "20000");
    }

    private Path anotherVersion() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("model"));
        String manifest = Files.readString(WorkerSetup.shippedModel().resolve("manifest.json"));
        Files.writeString(copy.resolve("manifest.json"),
                manifest.replace("\"version\" : \"1\"", "\"version\" : \"2\""));
        Files.copy(WorkerSetup.shippedModel().resolve("weights.bin"), copy.resolve("weights.bin"));
        return copy;
    }

    @AfterAll
    void stopAll() {
        Cleanup.close(a, b, proxy, redis, postgres);
    }

    @BeforeEach
    void allIsWell() {
        proxy.pass();
        for (WorkerProcess worker : List.of(a, b)) {
            await().atMost(PATIENCE).until(() -> worker.get("/readyz").text("degraded").equals("[]"));
        }
    }

    @Test
    void anAnswerOfOneWorkerIsFoundByTheOther() {
        double before = b.metric("cache_hits_total", "tier=\"redis\"");

        assertThat(a.infer("only one of us has to think").flag("cache_hit")).isFalse();
        assertThat(b.infer("only one of us has to think").flag("cache_hit")).isTrue();
        assertThat(a.infer("only one of us has to think").flag("cache_hit")).isTrue();

        assertThat(b.metric("cache_hits_total", "tier=\"redis\"") - before).isEqualTo(1);
    }

    @Test
    void anUnreadableCachedAnswerIsAMiss() {
        Set<String> before = keys("falcon:answer:*");
        a.infer("this will be scribbled over");
        String key = added("falcon:answer:*", before);
        redis.command("SET", key, "\u0000 no answer {", "PX", "60000");

        WorkerReply reply = b.infer("this will be scribbled over");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.flag("cache_hit")).isFalse();
    }

    @Test
    void oneKeyOnBothWorkersAtOnceRunsTheModelOnce() {
        double ranBefore = modelRuns();
        proxy.latency(Duration.ofMillis(60));

        CompletableFuture<WorkerReply> first = a.inferSoon("a twin text", "Idempotency-Key", "twins", "X-Request-ID",
                "twin-a");
        CompletableFuture<WorkerReply> second = b.inferSoon("a twin text", "Idempotency-Key", "twins", "X-Request-ID",
                "twin-b");
        List<WorkerReply> replies = List.of(first.join(), second.join());

        assertThat(replies).allMatch(reply -> reply.status() == 200);
        assertThat(replies).extracting(reply -> reply.flag("idempotency_hit")).containsExactlyInAnyOrder(true, false);
        assertThat(replies).allMatch(reply -> reply.header("Idempotent-Replayed")
                .equals(reply.flag("idempotency_hit") ? "true" : ""));
        sameAnswer(replies.getFirst(), replies.getLast());
        assertThat(replies).extracting(reply -> reply.text("request_id")).containsExactly("twin-a", "twin-b");
        proxy.pass();
        assertThat(modelRuns() - ranBefore).isEqualTo(1);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(postgres.query(
                        "SELECT idempotency_hit FROM inference_logs WHERE request_id IN ('twin-a', 'twin-b')"))
                        .containsExactlyInAnyOrder("t", "f"));
        assertThat(postgres.query("SELECT DISTINCT idempotency_key FROM inference_logs WHERE request_id LIKE 'twin-_'"))
                .singleElement()
                .asString()
                .hasSize(64)
                .isNotEqualTo("twins");
    }

    private double modelRuns() {
        return a.metric("inference_stage_duration_seconds_count", "stage=\"model\"")
                + b.metric("inference_stage_duration_seconds_count", "stage=\"model\"");
    }

    @Test
    void aKeyUsedForAnotherTextIsRefusedByTheOtherWorkerToo() {
        assertThat(a.infer("one thing", "Idempotency-Key", "changed").status()).isEqualTo(200);

        WorkerReply other = b.infer("another thing", "X-Idempotency-Key", "changed", "X-Request-ID", "changed-2");
        WorkerReply again = b.infer("one thing", "Idempotency-Key", "\"changed\"");

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.text("error_type")).isEqualTo("idempotency_mismatch");
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        await().atMost(PATIENCE)
                .until(() -> b.metric("inference_log_pending") == 0);
        assertThat(postgres.query("SELECT 1 FROM inference_logs WHERE request_id = 'changed-2'")).isEmpty();
    }

    @Test
    void anUnreadableStoredAnswerMeansServedWithoutThePromise() {
        Set<String> before = claims();
        a.infer("kept under a key", "Idempotency-Key", "scribbled");
        redis.command("SET", added("falcon:idempotency:*", before), "{\"v\":99}", "PX", "60000");

        WorkerReply reply = b.infer("kept under a key", "Idempotency-Key", "scribbled");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Idempotency-Status")).isEqualTo("unavailable");
        assertThat(reply.flag("idempotency_hit")).isFalse();
    }

    @Test
    void aRetryGoesThroughWithinALeaseOfTheFirstWorkersDeath() {
        try (WorkerProcess doomed = patient("c").start()) {
            await().atMost(PATIENCE).until(() -> doomed.get("/readyz").text("degraded").equals("[]"));
            Set<String> before = claims();
            proxy.latency(LATENCY);
            CompletableFuture<WorkerReply> lost = doomed.inferSoon("last words", "Idempotency-Key", "bequest");
            String claim = awaitClaim(before);
            doomed.sigkill();
            long diedNanos = Ticker.system().nanos();

            assertThat(Long.parseLong(redis.command("PTTL", claim))).isBetween(-2L, LEASE_MILLIS);
            WorkerReply retry = b.infer("last words", "Idempotency-Key", "bequest");

            assertThat(retry.status()).as(retry.toString()).isEqualTo(200);
            assertThat(retry.flag("idempotency_hit")).isFalse();
            assertThat(retry.text("model_version")).isEqualTo("2");
            assertThat(Ticker.system().nanos() - diedNanos).isLessThan(Duration.ofMillis(2 * LEASE_MILLIS).toNanos());
            await().atMost(PATIENCE).until(lost::isCompletedExceptionally);
        }
    }

    @Test
    void aWorkerThatSleptThroughItsLeaseCannotOverwriteItsSuccessor() {
        Set<String> before = claims();
        proxy.latency(LATENCY);
        CompletableFuture<WorkerReply> sleeper = a.inferSoon("a long sleep", "Idempotency-Key", "sleeper");
        String claim = awaitClaim(before);
        a.sigstop();
        try {
            proxy.pass();
            WorkerReply successor = b.infer("a long sleep", "Idempotency-Key", "sleeper");
            String stored = redis.command("GET", claim);
            assertThat(sleeper).isNotDone();
            assertThat(successor.status()).isEqualTo(200);
            assertThat(successor.flag("idempotency_hit")).isFalse();
            assertThat(successor.text("model_version")).isEqualTo("2");

            a.sigcont();

            WorkerReply woken = sleeper.join();
            assertThat(woken.status()).isEqualTo(200);
            sameAnswer(woken, successor);
            assertThat(woken.flag("idempotency_hit")).isTrue();
            assertThat(woken.text("worker_id")).isEqualTo("worker-a");
            assertThat(redis.command("GET", claim)).isEqualTo(stored);
            sameAnswer(a.infer("a long sleep", "Idempotency-Key", "sleeper"), successor);
        } finally {
            a.sigcont();
        }
    }

    @Test
    void whoWaitsPastItsDeadlineIsToldToRetry() {
        double conflicts = b.metric("idempotency_conflicts_total");
        Set<String> before = claims();
        proxy.latency(LATENCY);
        CompletableFuture<WorkerReply> holder = a.inferSoon("a long think", "Idempotency-Key", "thinker");
        String claim = awaitClaim(before);
        a.sigstop();
        try {
            // Renewed by hand: the worker that holds it is stopped, so that it is still at it when the other gives up.
            redis.command("PEXPIRE", claim, "60000");
            WorkerReply waiter = b.infer("a long think", "Idempotency-Key", "thinker", "X-Request-ID", "waiter");

            assertThat(waiter.status()).isEqualTo(409);
            assertThat(waiter.text("error_type")).isEqualTo("idempotency_in_progress");
            assertThat(Integer.parseInt(waiter.header("Retry-After"))).isPositive();
            assertThat(b.metric("idempotency_conflicts_total") - conflicts).isEqualTo(1);
            assertThat(b.metric("inference_inflight")).isZero();

            proxy.pass();
            a.sigcont();

            assertThat(holder.join().flag("idempotency_hit")).isFalse();
            WorkerReply retry = b.infer("a long think", "Idempotency-Key", "thinker");
            assertThat(retry.flag("idempotency_hit")).isTrue();
            sameAnswer(retry, holder.join());
        } finally {
            a.sigcont();
        }
    }

    private static void sameAnswer(WorkerReply one, WorkerReply other) {
        assertThat(PREDICTION).allSatisfy(field -> assertThat(one.json().get(field)).as(field)
                .isNotNull()
                .isEqualTo(other.json().get(field)));
    }

    private Set<String> claims() {
        return keys("falcon:idempotency:*");
    }

    private Set<String> keys(String pattern) {
        return redis.command("KEYS", pattern).lines().collect(Collectors.toSet());
    }

    private String added(String pattern, Set<String> before) {
        Set<String> now = keys(pattern);
        now.removeAll(before);
        assertThat(now).hasSize(1);
        return now.iterator().next();
    }

    /** Waits until a worker's claim lies in Redis; its answer cannot be there yet. */
    private String awaitClaim(Set<String> before) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> claims().size() > before.size());
        return added("falcon:idempotency:*", before);
    }
}
