package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Received;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import dev.falcon.serving.ReadinessReport;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpFrontTest {

    private static final String HELLO = "{\"text\":\"hello\"}";

    private static InferenceRequest asked(Worker worker) {
        return ((Received.Valid) worker.only()).request();
    }

    @Test
    void anAnswerHasTheMembersOfTheContractInTheirOrder() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post(HELLO, "X-Request-ID: r.1_A-z")).answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            assertThat(answer.header("X-Request-ID")).isEqualTo("r.1_A-z");
            assertThat(answer.body()).matches("\\{\"prediction\":\"positive\",\"confidence\":0.75,"
                    + "\"probabilities\":\\{\"negative\":0.25,\"positive\":0.75\\},"
                    + "\"cache_hit\":false,\"idempotency_hit\":false,"
                    + "\"model_name\":\"sentiment\",\"model_version\":\"1\","
                    + "\"worker_id\":\"worker-7\",\"request_id\":\"r.1_A-z\",\"processing_time_ms\":[0-9.E-]+\\}");
            assertThat(asked(worker).texts()).containsExactly("hello");
            assertThat(asked(worker).caller().clientIp()).isEqualTo("127.0.0.1");
            assertThat(asked(worker).caller().deadline().remainingNanos()).isPositive();
        }
    }

    @Test
    void whoIsRefusedAnywayIsRefusedBeforeTheBodyIsParsed() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            worker.overload = new Failure(ErrorCode.OVERLOADED, "full", Duration.ofSeconds(2));

            RawAnswer answer = client.send(Worker.post("{\"not even JSON", "X-Request-ID: r1")).answer();

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(worker.only()).isInstanceOf(Received.Refused.class);
            worker.overload = null;
            assertThat(client.send(Worker.post(HELLO, "X-Request-ID: r2")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aReplayAndALostPromiseAreMarked() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(Worker.success(IdempotencyStatus.REPLAYED)));
                RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post(HELLO, "Idempotency-Key: \"k\\\"1\"")).answer();
            assertThat(answer.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(answer.body()).contains("\"idempotency_hit\":true");
            assertThat(asked(worker).idempotencyKey()).isEqualTo("k\"1");
        }
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(Worker.success(IdempotencyStatus.UNAVAILABLE)));
                RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post(HELLO, "X-Idempotency-Key: k1")).answer();
            assertThat(answer.header("Idempotency-Status")).isEqualTo("unavailable");
            assertThat(asked(worker).idempotencyKey()).isEqualTo("k1");
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyFailureIsAProblemWithItsStatus(ErrorCode code) throws Exception {
        Failure failure = new Failure(code, "what happened", Duration.ofMillis(1500));
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(failure)); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post(HELLO, "X-Request-ID: r1")).answer();

            assertThat(answer.status()).isEqualTo(HttpStatus.of(code));
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.header("X-Request-ID")).isEqualTo("r1");
            assertThat(answer.body()).isEqualTo("{\"type\":\"urn:falcon:error:" + code.wireName() + "\",\"title\":\""
                    + code.title() + "\",\"status\":" + HttpStatus.of(code)
                    + ",\"detail\":\"what happened\",\"error_type\":\"" + code.wireName()
                    + "\",\"request_id\":\"r1\",\"worker_id\":\"worker-7\"}");
            Set<ErrorCode> worthAnotherTry = Set.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS, ErrorCode.RATE_LIMITED,
                    ErrorCode.OVERLOADED, ErrorCode.NOT_READY);
            if (worthAnotherTry.contains(code)) {
                assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After")))).isBetween(2, 4);
            } else {
                assertThat(answer.header("Retry-After")).isNull();
            }
        }
    }

    @Test
    void retryAfterVariesSoThatCallersDoNotComeBackAsOne() throws Exception {
        Failure failure = new Failure(ErrorCode.OVERLOADED, "full", Duration.ofMillis(10));
        Set<String> waits = new HashSet<>();
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(failure)); RawClient client = worker.client()) {
            for (int i = 0; i < 50; i++) {
                waits.add(String.valueOf(client.send(Worker.post(HELLO)).answer().header("Retry-After")));
            }
        }
        assertThat(waits).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void aCrashOfTheJourneyIsAnInternalErrorWithoutAStackTrace() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, question -> {
            if (question instanceof Received.Refused refused) {
                return refused.failure();
            }
            throw new IllegalStateException("secret detail");
        }); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post(HELLO, "X-Request-ID: r1")).answer();
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).contains("\"error_type\":\"internal\"", "\"request_id\":\"r1\"")
                    .doesNotContain("secret", "Exception");
            assertThat(client.send(Worker.get("/healthz")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aDefectOfAStatusPageIsNoErrorOfInference() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            worker.readinessIsBroken = true;
            assertThat(client.send(Worker.get("/readyz")).answer().status()).isEqualTo(500);
            assertThat(worker.received).isEmpty();
        }
    }

    @Test
    void idsThatAreNotFitAreReplaced() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            for (String header : List.of("X-Request-ID: a b", "X-Request-ID: " + "x".repeat(129), "X-Request-ID: ",
                    "X-Request-ID: a\r\nX-Request-ID: a", "X-Request-ID: <script>", "X-Other: 1")) {
                RawAnswer answer = client.send(Worker.post(HELLO, header)).answer();
                assertThat(answer.header("X-Request-ID")).matches("[0-9a-f]{32}");
            }
            RawAnswer longest = client.send(Worker.post(HELLO, "X-Request-ID: " + "x".repeat(128))).answer();
            assertThat(longest.header("X-Request-ID")).isEqualTo("x".repeat(128));
        }
    }

    @Test
    void theTraceAndTheForwardedAddressReachTheJourney() throws Exception {
        try (Worker worker = new Worker(Worker.trusting("127.0.0.0/8", "10.0.0.0/8"), Worker::positive);
                RawClient client = worker.client()) {
            client.send(Worker.post(HELLO, "X-Forwarded-For: 1.1.1.1, 203.0.113.9", "X-Forwarded-For: 10.1.2.3",
                    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).answer();
            assertThat(asked(worker).caller().clientIp()).isEqualTo("203.0.113.9");
            assertThat(asked(worker).caller().traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        }
    }

    @Test
    void theStatusPagesSayWhatTheContractSays() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            RawAnswer health = client.send(Worker.get("/healthz")).answer();
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.body()).matches("\\{\"status\":\"healthy\",\"worker_id\":\"worker-7\","
                    + "\"timestamp\":\"2026-11-23T20:00:00.123Z\",\"uptime_seconds\":[0-9.]+\\}");

            RawAnswer ready = client.send(Worker.get("/readyz")).answer();
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.body()).isEqualTo("{\"ready\":true,\"worker_id\":\"worker-7\",\"checks\":{"
                    + "\"model_loaded\":true,\"redis_available\":true,\"database_available\":true},"
                    + "\"degraded\":[],\"timestamp\":\"2026-11-23T20:00:00.123Z\"}");

            worker.readiness = new ReadinessReport(false, true, true, false, true, List.of("redis"));
            RawAnswer unready = client.send(Worker.get("/readyz")).answer();
            assertThat(unready.status()).isEqualTo(503);
            assertThat(unready.body()).contains("\"ready\":false", "\"redis_available\":false",
                    "\"degraded\":[\"redis\"]");
            assertThat(worker.received).isEmpty();
        }
    }

    @Test
    void metricsComeInTheFormatThatIsAskedFor() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            client.send(Worker.post(HELLO)).answer();
            RawAnswer text = client.send(Worker.get("/metrics")).answer();
            assertThat(text.header("Content-Type")).startsWith("text/plain");
            assertThat(text.body()).contains("http_connections{worker_id=\"worker-7\"} 1.0")
                    .containsPattern("inference_stage_duration_seconds_count\\{stage=\"encode\",.*} 1");
            RawAnswer open = client.send(Worker.get("/metrics", "Accept: application/openmetrics-text")).answer();
            assertThat(open.header("Content-Type")).startsWith("application/openmetrics-text");
            assertThat(open.body()).endsWith("# EOF\n");
            RawAnswer protobuf = client.send(Worker.get("/metrics",
                    "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"))
                    .answer();
            assertThat(protobuf.header("Content-Type")).startsWith("application/vnd.google.protobuf");
        }
    }

    @Test
    void headIsAGetWithoutTheBody() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            for (String path : List.of("/healthz", "/readyz", "/metrics")) {
                String head = client.send(Worker.get(path).replace("GET", "HEAD")).head();
                assertThat(head).startsWith("HTTP/1.1 200").containsPattern("(?i)content-length: [1-9]");
            }
            assertThat(client.send(Worker.get("/healthz")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void wrongMethodsAndUnknownPathsAreSaidSo() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            RawAnswer get = client.send(Worker.get("/infer")).answer();
            assertThat(get.status()).isEqualTo(405);
            assertThat(get.header("Allow")).isEqualTo("POST");
            assertThat(worker.onlyRefusal().code()).isEqualTo(ErrorCode.METHOD_NOT_ALLOWED);
            worker.received.clear();

            RawAnswer brew = client.send(Worker.get("/healthz").replace("GET", "BREW")).answer();
            assertThat(brew.status()).isEqualTo(405);
            assertThat(brew.header("Allow")).isEqualTo("GET, HEAD");
            assertThat(worker.received).isEmpty();

            assertThat(client.send(Worker.get("/infer/")).answer().status()).isEqualTo(404);
            assertThat(worker.onlyRefusal().code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(client.send(Worker.get("/%2e%2e/etc/passwd?x=1")).answer().status()).isEqualTo(404);
            assertThat(client.send(Worker.get("/healthz?verbose=1")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aCallerWhoLeavesCanBeNoticedWhileTheirRequestIsWorkedOn() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, question -> {
            InferenceRequest request = ((Received.Valid) question).request();
            while (!request.caller().gone().getAsBoolean()) {
                Thread.onSpinWait();
            }
            return Worker.success(IdempotencyStatus.NONE);
        }); RawClient client = worker.client()) {
            client.send(Worker.post(HELLO));
            await().until(() -> !worker.received.isEmpty());
            assertThat(worker.listener().openConnections()).isEqualTo(1);
            client.leave();
            await().until(() -> worker.listener().openConnections() == 0);
        }
    }

    @Test
    void lookingForACallerWhoLeftLosesNothingOfTheNextRequest() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, question -> {
            assertThat(((Received.Valid) question).request().caller().gone().getAsBoolean()).isFalse();
            return Worker.success(IdempotencyStatus.NONE);
        }); RawClient client = worker.client()) {
            String several = Worker.post(HELLO).repeat(50);
            for (int half = 0; half < 2; half++) {
                client.send(several.substring(half * several.length() / 2, (half + 1) * several.length() / 2));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
    }
}
