package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.Received;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong way to speak to the worker, over real sockets. */
class BadInputTest {

    private static final Bounds BOUNDS = Bounds.USUAL;
    /** Short enough to wait for, long enough for a busy machine to send half a request in. */
    private static final Bounds IMPATIENT = Bounds.USUAL.readWithin(Duration.ofMillis(1500));
    private static final String JSON = "Host: a\r\nContent-Type: application/json\r\n";
    private static final String HELLO = "{\"text\":\"hello\"}";
    private static final String GOOD = Worker.post(HELLO);

    private static Arguments bad(String what, String bytes, int status, String errorType) {
        return Arguments.of(what, bytes, status, errorType);
    }

    private static String infer(String headers, String body) {
        return "POST /infer HTTP/1.1\r\n" + JSON + headers + "\r\n" + body;
    }

    static Stream<Arguments> notHttp() {
        return Stream.of(bad("no request line", "\r\n\r\n", 400, "malformed_request"),
                bad("one word", "hello\r\n\r\n", 400, "malformed_request"),
                bad("another protocol", "SSH-2.0-OpenSSH_9.2\r\n", 400, "malformed_request"),
                bad("TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n", 400,
                        "malformed_request"),
                bad("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request"),
                bad("HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n", 400, "malformed_request"),
                bad("lone line feeds", GOOD.replace("\r\n", "\n"), 400, "malformed_request"),
                bad("a path with a bad escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request"),
                bad("the whole server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not_found"),
                bad("a tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not_found"),
                bad("no host", "GET /healthz HTTP/1.1\r\n\r\n", 400, "malformed_request"),
                bad("two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
                bad("a header without a colon", infer("Content-Length: 2\r\nnonsense\r\n", "{}"), 400,
                        "malformed_request"),
                bad("a folded header", infer("X-A: b\r\n c\r\nContent-Length: 2\r\n", "{}"), 400,
                        "malformed_request"),
                bad("a space before the colon", infer("Content-Length : 2\r\n", "{}"), 400, "malformed_request"),
                bad("a control character in a header", infer("X-A: \u0001\r\nContent-Length: 2\r\n", "{}"), 400,
                        "malformed_request"));
    }

    static Stream<Arguments> badFraming() {
        String chunked = "Transfer-Encoding: chunked\r\n";
        return Stream.of(bad("two lengths", infer("Content-Length: 2\r\nContent-Length: 3\r\n", "{} "), 400,
                "malformed_request"),
                bad("a list of lengths", infer("Content-Length: 2, 2\r\n", "{}"), 400, "malformed_request"),
                bad("a negative length", infer("Content-Length: -1\r\n", ""), 400, "malformed_request"),
                bad("no number for a length", infer("Content-Length: two\r\n", "{}"), 400, "malformed_request"),
                bad("a length beyond all numbers", infer("Content-Length: 99999999999999999999\r\n", ""), 400,
                        "malformed_request"),
                bad("length and chunks", infer("Content-Length: 2\r\n" + chunked, "2\r\n{}\r\n0\r\n\r\n"), 400,
                        "malformed_request"),
                bad("an unknown transfer encoding", infer("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400,
                        "malformed_request"),
                bad("a transfer encoding that is not chunked", infer("Transfer-Encoding: identity\r\n", ""), 400,
                        "malformed_request"),
                bad("no number for a chunk's length", infer(chunked, "x\r\n{}\r\n0\r\n\r\n"), 400,
                        "malformed_request"),
                bad("a negative chunk", infer(chunked, "-2\r\n{}\r\n0\r\n\r\n"), 400, "malformed_request"),
                bad("a chunk without end of line", infer(chunked, "2\n{}\n0\n\n"), 400, "malformed_request"),
                bad("one chunk past the limit", infer(chunked, "7fffffff\r\n"), 413, "body_too_large"),
                bad("a chunk beyond all numbers", infer(chunked, "fffffffffffffffff\r\n"), 400, "malformed_request"),
                bad("many chunks past the limit",
                        infer(chunked, ("400\r\n" + " ".repeat(1024) + "\r\n").repeat(257)), 413, "body_too_large"),
                bad("a length past the limit", infer("Content-Length: 262145\r\n", ""), 413, "body_too_large"));
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(bad("a megabyte of spaces", Worker.post(" ".repeat(1_000_000)), 413, "body_too_large"),
                bad("spaces up to the limit", Worker.post(" ".repeat(262_144)), 400, "malformed_request"),
                bad("a huge header", infer("X-A: " + "a".repeat(20_000) + "\r\n", ""), 431, "headers_too_large"),
                bad("a huge header name", infer("a".repeat(20_000) + ": a\r\n", ""), 431, "headers_too_large"),
                bad("many headers", infer("X-A: aaaaaaaaaa\r\n".repeat(2000), ""), 431, "headers_too_large"),
                bad("a long path", "GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431,
                        "headers_too_large"),
                bad("a compressed body", infer("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"), 415,
                        "wrong_media_type"),
                bad("no media type", GOOD.replace("Content-Type: application/json\r\n", ""), 415, "wrong_media_type"),
                bad("a form", GOOD.replace("application/json", "application/x-www-form-urlencoded"), 415,
                        "wrong_media_type"),
                bad("no body", infer("", ""), 400, "malformed_request"),
                bad("an empty body", infer("Content-Length: 0\r\n", ""), 400, "malformed_request"),
                bad("a deep body", Worker.post("[".repeat(100_000)), 400, "malformed_request"),
                bad("a number for text", Worker.post("{\"text\":1}"), 400, "malformed_request"),
                bad("text twice", Worker.post("{\"text\":\"a\",\"text\":\"a\"}"), 400, "malformed_request"),
                bad("half a surrogate pair", Worker.post("{\"text\":\"\\ud83e\"}"), 400, "malformed_request"),
                bad("a byte order mark", Worker.post("\uFEFF" + HELLO), 400, "malformed_request"),
                bad("a blank text", Worker.post("{\"text\":\"\\u3000\"}"), 422, "invalid_text"),
                bad("a long text", Worker.post("{\"text\":\"" + "a".repeat(10_001) + "\"}"), 422, "invalid_text"),
                bad("a bad key", Worker.post(HELLO, "Idempotency-Key: a b"), 400, "invalid_idempotency_key"),
                bad("two keys", Worker.post(HELLO, "Idempotency-Key: a", "Idempotency-Key: a"), 400,
                        "invalid_idempotency_key"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"notHttp", "badFraming", "badRequests"})
    void aBadRequestIsAProblemAndLeavesTheConnectionUsableOrClosed(String what, String bytes, int status,
            String errorType) throws Exception {
        try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
            sendAll(client, bytes);
            RawAnswer answer = client.answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.header("X-Request-ID")).isNotNull();
            assertThat(answer.body()).contains("\"error_type\":\"" + errorType + "\"", "\"worker_id\":\"worker-7\"")
                    .doesNotContain("Exception", "helidon", "jackson");
            if (bytes.contains("/infer") || !bytes.contains("/healthz")) {
                assertThat(worker.onlyRefusal().code().wireName()).isEqualTo(errorType);
            } else {
                assertThat(worker.received).isEmpty();
            }
            worker.received.clear();
            if (answer.header("Connection") == null) {
                assertThat(client.send(GOOD).answer().status()).isEqualTo(200);
            } else {
                assertThat(answer.header("Connection")).isEqualTo("close");
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void aRefusalBeforeTheRoutingEchoesTheIdThatWasSent() throws Exception {
        String id = "X-Request-ID: r1\r\n";
        for (String bytes : List.of(infer(id + "Content-Length: 262145\r\n", ""),
                infer(id + "Content-Length: 2\r\nContent-Length: 3\r\n", ""),
                infer(id + "Transfer-Encoding: identity\r\n", ""), infer(id + "Host: b\r\n", ""))) {
            try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
                RawAnswer answer = client.send(bytes).answer();
                assertThat(answer.status()).as(bytes).isIn(400, 413);
                assertThat(answer.header("X-Request-ID")).as(bytes).isEqualTo("r1");
                assertThat(answer.body()).contains("\"request_id\":\"r1\"");
            }
        }
    }

    @Test
    void theStatusLineNamesWhatIsTooLarge() throws Exception {
        try (Worker worker = new Worker(BOUNDS, Worker::positive);
                RawClient client = worker.client();
                RawClient other = worker.client()) {
            assertThat(client.send(infer("Content-Length: 262145\r\n", "")).head())
                    .startsWith("HTTP/1.1 413 Content Too Large\r\n");
            sendAll(other, infer("X-A: " + "a".repeat(20_000) + "\r\n", ""));
            assertThat(other.head()).startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
        }
    }

    /** A server that refuses early may stop reading early: its answer is what counts. */
    private static void sendAll(RawClient client, String bytes) {
        try {
            client.send(bytes);
        } catch (java.io.IOException e) {
            // The answer is read all the same.
        }
    }

    @Test
    void whatBreaksOffIsRefusedToAClientThatStillListens() throws Exception {
        for (String part : List.of(GOOD.substring(0, 10), GOOD.substring(0, 40), GOOD.substring(0, GOOD.length() - 3),
                infer("Transfer-Encoding: chunked\r\n", "5\r\n{\"te"))) {
            try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
                RawAnswer answer = client.send(part).endOutput().answer();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(worker.onlyRefusal().code()).isEqualTo(ErrorCode.MALFORMED_REQUEST);
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrderUpToTheFirstThatEndsTheConnection() throws Exception {
        try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
            client.send(Worker.post(HELLO, "X-Request-ID: r1") + Worker.get("/healthz", "X-Request-ID: r2")
                    + Worker.post("[]", "X-Request-ID: r3") + Worker.post(HELLO, "X-Request-ID: r4")
                    + infer("X-Request-ID: r5\r\nContent-Length: 2\r\nContent-Length: 3\r\n", "{}")
                    + Worker.post(HELLO, "X-Request-ID: r6"));
            assertThat(client.answer().header("X-Request-ID")).isEqualTo("r1");
            assertThat(client.answer().header("X-Request-ID")).isEqualTo("r2");
            RawAnswer third = client.answer();
            assertThat(third.header("X-Request-ID")).isEqualTo("r3");
            assertThat(third.status()).isEqualTo(400);
            assertThat(client.answer().header("X-Request-ID")).isEqualTo("r4");
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
            assertThat(worker.received).hasSize(4);
        }
    }

    @Test
    void expectContinueIsAnsweredBeforeTheBodyIsSentAndNotForARequestThatIsRefused() throws Exception {
        String expect = "Expect: 100-continue\r\n";
        try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(infer(expect + "Content-Length: " + HELLO.length() + "\r\n", ""));
                assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
                assertThat(client.send(HELLO).answer().status()).isEqualTo(200);
            }
            RawAnswer refused = client.send(infer(expect + "Content-Length: 300000\r\n", "")).answer();
            assertThat(refused.status()).isEqualTo(413);
            assertThat(client.isClosed()).isTrue();
        }
        try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
            RawAnswer refused = client
                    .send(infer(expect + "Content-Encoding: br\r\nContent-Length: 20\r\n", ""))
                    .answer();
            assertThat(refused.status()).isEqualTo(415);
            assertThat(client.isClosed()).isTrue();
        }
        try (Worker worker = new Worker(IMPATIENT, Worker::positive);
                RawClient client = worker.client()) {
            client.send(infer(expect + "Content-Length: 20\r\n", ""));
            assertThat(client.head()).startsWith("HTTP/1.1 100");
            assertThat(client.answer().status()).isEqualTo(408);
        }
    }

    @Test
    void aClientThatSendsHalfARequestIsToldSoAsAProblem() throws Exception {
        for (String part : List.of(GOOD.substring(0, 40), GOOD.substring(0, GOOD.length() - 3))) {
            try (Worker worker = new Worker(IMPATIENT, Worker::positive);
                    RawClient client = worker.client()) {
                RawAnswer answer = client.send(part).answer();
                assertThat(answer.status()).isEqualTo(408);
                assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
                assertThat(answer.body()).contains("\"error_type\":\"client_too_slow\"");
                assertThat(worker.onlyRefusal().code()).isEqualTo(ErrorCode.CLIENT_TOO_SLOW);
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void oddButValidRequestsAreTaken() throws Exception {
        try (Worker worker = new Worker(BOUNDS, Worker::positive); RawClient client = worker.client()) {
            for (String odd : List.of(Worker.post("{\"text\":\"a\\u0000b\"}"),
                    infer("Transfer-Encoding: chunked\r\n",
                            "5\r\n{\"tex\r\nb\r\nt\":\"hello\"}\r\n0\r\n\r\n"),
                    GOOD.replace("Content-Type", "cONTENT-tYPE"), GOOD.replace("/infer", "/infer?trace=1"),
                    GOOD.replace("/infer", "/%69nfer"), GOOD.replace("/infer", "http://a/infer"),
                    Worker.post(HELLO, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                            "HTTP2-Settings: AAMAAABk"),
                    Worker.post("\r\n\t " + HELLO + " "))) {
                assertThat(client.send(odd).answer().status()).as(odd).isEqualTo(200);
            }
            assertThat(worker.received).allMatch(Received.Valid.class::isInstance);
        }
    }

    @Test
    void aConnectionIsClosedWhereItsClientAsksForThat() throws Exception {
        try (Worker worker = new Worker(BOUNDS, Worker::positive)) {
            for (String header : List.of("Connection: close", "Connection: Close", "connection: keep-alive, close")) {
                try (RawClient client = worker.client()) {
                    assertThat(client.send(Worker.post(HELLO, header)).answer().header("Connection")).as(header)
                            .isEqualTo("close");
                    assertThat(client.isClosed()).isTrue();
                }
            }
        }
    }
}
