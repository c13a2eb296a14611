package dev.falcon.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    /** A shape to read. */
    record Question(String text, List<String> moreTexts) {}

    private static String problem(String json) {
        return problem(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String problem(byte[] bytes) {
        return String.valueOf(catchThrowableOfType(MalformedJson.class, () -> Json.read(bytes, Question.class))
                .getMessage());
    }

    @Test
    void recordsAreReadAndWrittenWithNamesInSnakeCase() throws MalformedJson {
        byte[] json = "{\"text\":\"a\",\"more_texts\":[\"b\"]}".getBytes(StandardCharsets.UTF_8);

        Question question = Json.read(json, Question.class);

        assertThat(question).isEqualTo(new Question("a", List.of("b")));
        assertThat(Json.bytes(question)).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"text\":\"a\",\"text\":\"b\"} | given twice", "{\"text\":1} | wrong type at \"text\"",
        "{\"text\":1.5} | wrong type at \"text\"", "{\"text\":true} | wrong type at \"text\"",
        "{\"text\":{}} | wrong type at \"text\"", "{\"text\":[]} | wrong type at \"text\"",
        "{\"more_texts\":[1]} | more_texts", "{\"tekst\":\"a\"} | unknown field \"tekst\"", "[] | expected an object",
        "\"a\" | expected an object", "1 | expected an object", "null | found null", "{\"text\":\"a\"} x | not JSON",
        "{\"text\":\"a\"}{} | expected", "{\"text\":\"a | not JSON", "{'text':'a'} | not JSON",
        "{\"text\":\"a\",} | not JSON", "{text:\"a\"} | not JSON", "/* hm */{} | not JSON",
        "{\"text\":NaN} | not JSON"})
    void whatIsNotExactlyOneExpectedValueIsNamed(String json, String expected) {
        assertThat(problem(json)).contains(expected);
    }

    @Test
    void aValueIsNeverQuoted() {
        assertThat(problem("{\"text\":{\"private\":\"matter\"}}")).doesNotContain("matter");
        assertThat(problem("private matter")).doesNotContain("matter");
    }

    @Test
    void depthIsBounded() {
        assertThat(problem("{\"text\":" + "[".repeat(100_000))).isNotEmpty();
        assertThat(problem("{\"x\":" + "[".repeat(100_000))).isNotEmpty();
    }

    @Test
    void aLongUnknownNameIsCut() {
        assertThat(problem("{\"" + "n".repeat(40_000) + "\":1}")).hasSizeLessThan(200);
    }

    @Test
    void onlyPlainUtf8IsTaken() {
        assertThat(problem(new byte[]{(byte) 0xEF, (byte) 0xBB, (byte) 0xBF, '{', '}'})).contains("byte order mark");
        assertThat(problem(new byte[]{'{', '"', (byte) 0xC3, '"', '}'})).contains("invalid UTF-8 at byte 2");
        assertThat(problem("{}".getBytes(StandardCharsets.UTF_16LE))).isNotEmpty();
        assertThat(problem(new byte[0])).isNotEmpty();
    }

    @Test
    void mapsAreWrittenInTheirOrder() {
        assertThat(new String(Json.bytes(Map.of("k", 1.0)), StandardCharsets.UTF_8)).isEqualTo("{\"k\":1.0}");
    }
}
