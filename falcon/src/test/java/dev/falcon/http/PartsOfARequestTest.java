package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.config.Cidr;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.ModelReference;
import dev.falcon.telemetry.Tracing.Parent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pure parts that a request is read with. */
class PartsOfARequestTest {

    private static String text(String json) throws Refusal {
        return InferenceBody.one(json.getBytes(StandardCharsets.UTF_8), 4).texts().getFirst();
    }

    private static ErrorCode refusal(String json) {
        return refusal(json.getBytes(StandardCharsets.UTF_8));
    }

    private static ErrorCode refusal(byte[] json) {
        try {
            throw new AssertionError("taken: " + InferenceBody.one(json, 4));
        } catch (Refusal refusal) {
            return refusal.failure().code();
        }
    }

    @Test
    void aTextMayHoldAnythingThatIsText() throws Refusal {
        assertThat(text("{\"text\":\"a\\u0000b\"}")).isEqualTo("a\0b");
        assertThat(text("{ \"text\" : \"\\ud83e\\udd85 \uD83E\uDD85 é\" } ")).isEqualTo("🦅 🦅 é");
        assertThat(text("{\"text\":\"" + "🦅".repeat(10_000) + "\"}")).hasSize(20_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "{", "{}", "[]", "null", "1", "\"a\"", "{\"text\":null}", "{\"text\":1}",
        "{\"text\":1.5}", "{\"text\":true}", "{\"text\":[\"a\"]}", "{\"text\":{\"a\":1}}",
        "{\"text\":\"a\",\"text\":\"b\"}", "{\"text\":\"a\",\"mode\":\"b\"}", "{\"Text\":\"a\"}",
        "{\"text\":\"a\"}{\"text\":\"b\"}", "{\"text\":\"a\"},", "{\"text\":\"\\ud800\"}",
        "{\"text\":\"\\udc00a\"}", "{\"text\":\"a\\ud800\"}", "{'text':'a'}", "{\"text\":\"a\n\"}", "\uFEFF{}",
        "{\"text\":\"a\" /* no */}", "{\"text\":NaN}"})
    void whatIsNotTheExpectedJsonIsMalformed(String body) {
        assertThat(refusal(body)).isEqualTo(ErrorCode.MALFORMED_REQUEST);
    }

    @Test
    void aModelMayBeNamedWithItsVersionOrWithout() throws Refusal {
        assertThat(models("{\"text\":\"a\"}")).containsExactly(ModelReference.DEFAULT);
        assertThat(models("{\"text\":\"a\",\"model\":\"m\"}")).containsExactly(new ModelReference("m", null));
        assertThat(models("{\"models\":[\"m/1.2\",\"n\"],\"text\":\"a\"}"))
                .containsExactly(new ModelReference("m", "1.2"), new ModelReference("n", null));
    }

    private static List<ModelReference> models(String json) throws Refusal {
        return InferenceBody.one(json.getBytes(StandardCharsets.UTF_8), 4).models();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"model\":\"\"", "\"model\":\"m/\"", "\"model\":\"/1\"", "\"model\":\"m/1/2\"",
        "\"model\":\"../m\"", "\"model\":1", "\"model\":[\"m\"]", "\"models\":\"m\"", "\"models\":[]",
        "\"models\":[null]", "\"models\":[\"m\",\"n n\"]", "\"models\":[\"a\",\"b\",\"c\",\"d\",\"e\"]",
        "\"model\":\"m\",\"models\":[\"m\"]"})
    void aModelThatIsNotNamedAsOneIsMalformed(String field) {
        assertThat(refusal("{\"text\":\"a\"," + field + "}")).isEqualTo(ErrorCode.MALFORMED_REQUEST);
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] overlong = {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xC0, (byte) 0xAF, '"', '}'};
        byte[] utf16 = "{\"text\":\"a\"}".getBytes(StandardCharsets.UTF_16LE);
        byte[] mark = "\uFEFF{\"text\":\"a\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(List.of(refusal(overlong), refusal(utf16), refusal(mark)))
                .containsOnly(ErrorCode.MALFORMED_REQUEST);
    }

    @Test
    void nestingAndRepetitionAreBounded() {
        assertThat(refusal("[".repeat(100_000))).isEqualTo(ErrorCode.MALFORMED_REQUEST);
        assertThat(refusal("{\"text\":".repeat(50_000))).isEqualTo(ErrorCode.MALFORMED_REQUEST);
        assertThat(refusal(" ".repeat(1_000_000))).isEqualTo(ErrorCode.MALFORMED_REQUEST);
        assertThat(refusal("{\"text\":\"" + " ".repeat(200_000) + "\"}")).isEqualTo(ErrorCode.INVALID_TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\\t\\r\\n", "\\u00a0", "\\u2003\\u3000", "\\u0085\\u2028"})
    void aBlankTextIsInvalid(String text) {
        assertThat(refusal("{\"text\":\"" + text + "\"}")).isEqualTo(ErrorCode.INVALID_TEXT);
    }

    @Test
    void aTextIsMeasuredInCodePoints() {
        assertThat(refusal("{\"text\":\"" + "🦅".repeat(10_001) + "\"}")).isEqualTo(ErrorCode.INVALID_TEXT);
        assertThat(refusal("{\"text\":\"" + "a".repeat(10_001) + "\"}")).isEqualTo(ErrorCode.INVALID_TEXT);
    }

    @Test
    void anUnknownFieldIsNamed() {
        assertThatThrownBy(() -> text("{\"text\":\"a\",\"modle\":\"b\"}")).hasMessageContaining("\"modle\"");
    }

    @Test
    void noDetailQuotesTheText() {
        for (String body : List.of("{\"text\":\"private words", "{\"text\":[\"private words\"]}",
                "{\"text\":\"private words\"}x", "{\"text\":\"private words\\ud800\"}", "private words")) {
            assertThatThrownBy(() -> text(body)).isInstanceOf(Refusal.class).message().doesNotContain("private");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`',
            value = {"abc|abc", "\"abc\"|abc", "\"a\\\"b\\\\c\"|a\"b\\c", "8e03978e-40d5|8e03978e-40d5", "a,b|a,b"})
    void aKeyIsTakenBareOrQuoted(String sent, String key) throws Refusal {
        assertThat(IdempotencyKey.of(List.of(sent), List.of())).isEqualTo(key);
        assertThat(IdempotencyKey.of(List.of(), List.of(sent))).isEqualTo(key);
        assertThat(IdempotencyKey.of(List.of(sent), List.of(key.startsWith("a\"") ? sent : key))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"", "a b", "\"a b\"", "\"abc", "\"", "\"a\\", "\"a\\b\"", "\"a\";p=1", "\"a\"b",
        "a\u007f", "a\u0001", "\uFFFD"})
    void aKeyThatIsNotVisibleAsciiIsInvalid(String sent) {
        assertThatThrownBy(() -> IdempotencyKey.of(List.of(sent), List.of())).isInstanceOfSatisfying(Refusal.class,
                refusal -> assertThat(refusal.failure().code()).isEqualTo(ErrorCode.INVALID_IDEMPOTENCY_KEY));
    }

    @Test
    void aKeyHasItsLengthAndComesOnce() throws Refusal {
        assertThat(IdempotencyKey.of(List.of("k".repeat(255)), List.of())).hasSize(255);
        assertThat(IdempotencyKey.of(List.of(), List.of())).isNull();
        assertThatThrownBy(() -> IdempotencyKey.of(List.of("k".repeat(256)), List.of())).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> IdempotencyKey.of(List.of("a", "a"), List.of())).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> IdempotencyKey.of(List.of("a"), List.of("b"))).isInstanceOf(Refusal.class)
                .message()
                .doesNotContain("\"a\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON", "application/json;charset=utf-8",
        "application/json; charset=\"UTF-8\"", "application/json; profile=x"})
    void jsonInUtf8IsTaken(String type) {
        assertThatCode(() -> MediaType.check(type, null)).doesNotThrowAnyException();
        assertThatCode(() -> MediaType.check(type, "identity")).doesNotThrowAnyException();
        assertThatThrownBy(() -> MediaType.check(type, "gzip")).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonx",
        "application/json;charset=utf-16", "application/problem+json"})
    void anyOtherTypeIsRefused(String type) {
        assertThatThrownBy(() -> MediaType.check(type, null)).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> MediaType.check(null, null)).isInstanceOf(Refusal.class);
    }

    @ParameterizedTest
    @CsvSource({"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 4bf92f3577b34da6a3ce929d0e0e4736",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more, 4bf92f3577b34da6a3ce929d0e0e4736",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more,",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01,",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01,",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01,", "nonsense,"})
    void aValidTraceParentTellsTheTrace(String sent, String trace) {
        Parent parent = TraceParent.of(sent);
        assertThat(parent == null ? null : parent.traceId()).isEqualTo(trace);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"10.0.0.1|1.2.3.4|1.2.3.4", "10.0.0.1|6.6.6.6, 1.2.3.4, 10.9.9.9|1.2.3.4",
        "10.0.0.1|10.0.0.2, 10.0.0.3|10.0.0.2", "10.0.0.1|1.2.3.4:5678|1.2.3.4",
        "10.0.0.1|[2001:db8::1]:443|2001:db8:0:0:0:0:0:1", "10.0.0.1|nonsense|10.0.0.1",
        "10.0.0.1|1.2.3.4, unknown|10.0.0.1", "10.0.0.1|localhost|10.0.0.1", "9.9.9.9|1.2.3.4|9.9.9.9",
        "10.0.0.1|,|10.0.0.1"})
    void anAddressIsBelievedOnlyFromATrustedProxy(String peer, String forwardedFor, String client) {
        ClientAddress addresses = new ClientAddress(List.of(Cidr.parse("10.0.0.0/8")));
        assertThat(addresses.of(InetAddress.ofLiteral(peer), List.of(forwardedFor))).isEqualTo(client);
    }
}
