package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.Received;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Bodies by the hundred thousand: each is taken, or refused as the caller's fault. */
class GeneratedBodiesTest {

    private static final int BODIES = 120_000;
    private static final int DAMAGED_REQUESTS = 2_000;
    private static final int BODIES_OVER_HTTP = 3_000;

    @Test
    void theParserTakesOrRefusesWhateverItIsFed() {
        GeneratedBodies bodies = new GeneratedBodies(20261123);
        Map<ErrorCode, Integer> refused = new EnumMap<>(ErrorCode.class);
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        int taken = 0;
        for (int i = 0; i < BODIES; i++) {
            byte[] body = bodies.next();
            try {
                String text = InferenceBody.one(body, 4).texts().getFirst();
                if (text.isBlank() || !encoder.canEncode(text)) {
                    throw new AssertionError("taken: " + HexFormat.of().formatHex(body));
                }
                taken++;
            } catch (Refusal refusal) {
                refused.merge(refusal.failure().code(), 1, Integer::sum);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("body " + i + ": " + HexFormat.of().formatHex(body), e);
            }
        }
        assertThat(refused).containsOnlyKeys(ErrorCode.MALFORMED_REQUEST, ErrorCode.INVALID_TEXT);
        assertThat(taken).isGreaterThan(BODIES / 100);
    }

    @Test
    void overHttpEachIsAnsweredAndTheConnectionLivesOn() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            GeneratedBodies bodies = new GeneratedBodies(42);
            try (Worker worker = new Worker(); RawClient client = worker.client()) {
                for (int i = 0; i < BODIES_OVER_HTTP; i++) {
                    byte[] body = bodies.next();
                    client.send("POST /infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length + "\r\n\r\n");
                    RawAnswer answer = client.send(body).answer();
                    assertThat(Set.of(200, 400, 422)).as(HexFormat.of().formatHex(body)).contains(answer.status());
                    assertThat(answer.header("Connection")).isNull();
                }
                assertThat(worker.received).hasSize(BODIES_OVER_HTTP);
            }
        });
    }

    @Test
    void damagedRequestsAreNeverOurFaultAndNeverHang() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            GeneratedBodies damages = new GeneratedBodies(7);
            byte[] whole = Worker.post("{\"text\":\"hello\"}", "Idempotency-Key: k", "X-Request-ID: r")
                    .getBytes(StandardCharsets.UTF_8);
            try (Worker worker = new Worker()) {
                for (int i = 0; i < DAMAGED_REQUESTS; i++) {
                    byte[] request = damages.damaged(damages.damaged(whole));
                    try (RawClient client = worker.client()) {
                        String answers = client.send(request).endOutput().untilClosed();
                        assertThat(answers).as(new String(request, StandardCharsets.UTF_8))
                                .doesNotContain("HTTP/1.1 5")
                                .doesNotContain("Exception");
                    }
                }
                assertThat(worker.received.stream().filter(Received.Refused.class::isInstance)).hasSizeGreaterThan(100);
            }
        });
    }
}
