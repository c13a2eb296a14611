package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainBodyTest {

    private static byte[] bytes(String body) {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String parsed(byte[] body) {
        try {
            return Json.read(body, InferenceBody.Fields.class).text;
        } catch (MalformedJson e) {
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"text\":\"a\"}", "{\"text\": \"Great food, 10/10 & more\"}",
        " {\n\t\"text\" :\r\n \"a b\" } \n", "{\"text\":\"\"}", "{\"text\":\"\u007f{}[]:,'\"}"})
    void theUsualBodyIsReadAsTheParserReadsIt(String body) {
        assertThat(PlainBody.text(bytes(body))).isNotNull().isEqualTo(parsed(bytes(body)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "{\"text\"}", "{\"text\":\"a\"", "{\"text\":\"a", "{\"text\":\"a\"}}",
        "{\"text\":\"a\"}x", "{\"text\":\"a\",\"model\":\"m\"}", "{\"text\":\"\\u0041\"}", "{\"text\":\"a\\\"b\"}",
        "{\"text\":\"é\"}", "{\"text\":\"a\tb\"}", "{\"Text\":\"a\"}", "{\"texts\":\"a\"}", "{\"text\":1}",
        "{\"text\":null}", "[\"text\"]", "{'text':'a'}", "\f{\"text\":\"a\"}", "{\"text\":\"a\"}\0",
        "\uFEFF{\"text\":\"a\"}"})
    void everythingElseIsLeftToTheParser(String body) {
        assertThat(PlainBody.text(bytes(body))).isNull();
    }

    @Test
    void whateverItTakesTheParserTakesToo() {
        Random random = new Random(20261126);
        byte[] usual = bytes("{\"text\": \"nice place\" }");
        int taken = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] body = usual.clone();
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                body[random.nextInt(body.length)] = (byte) (random.nextBoolean() ? random.nextInt(256)
                        : "{}\":, \\\t".charAt(random.nextInt(8)));
            }
            String text = PlainBody.text(body);
            if (text != null) {
                taken++;
                assertThat(text).isEqualTo(parsed(body));
            }
        }
        assertThat(taken).isGreaterThan(10_000);
    }
}
