package dev.falcon.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTest {

    private static String written(String text) {
        return new String(new JsonBytes(1).string(text).toBytes(), StandardCharsets.UTF_8);
    }

    private static String mapped(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain", "with \"quotes\" and \\", "a/b", "line\nbreak\r\ttab\b\f", "\0\u0001\u001f\u007f",
                "é", "日本", "🦅 ok", "mixed \" é \n 🦅 \u0002 end", "\u2028\u2029"})
    void stringsAreWrittenAsTheMapperWritesThem(String text) {
        assertThat(written(text)).isEqualTo(mapped(text));
    }

    @Test
    void soAreStringsOfAnyCharacters() {
        Random random = new Random(20261126);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = random.nextInt(20); c > 0; c--) {
                int range = random.nextBoolean() ? 0x80 : random.nextBoolean() ? 0x800 : 0x1_1000;
                int character = random.nextInt(range);
                if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
                    text.appendCodePoint(character);
                }
            }
            assertThat(written(text.toString())).isEqualTo(mapped(text.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 0.5, 0.1, 1e-3, 1e-4, 1.25e-7, 123456.789, 1e7, 1e21, Double.MIN_VALUE,
        0.9999999999999999, -0.25})
    void numbersAreWrittenAsTheMapperWritesThem(double number) {
        assertThat(new String(new JsonBytes(1).number(number).toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(mapped(number));
    }

    @Test
    void piecesFollowEachOtherHoweverSmallTheStart() {
        byte[] json = new JsonBytes(1).raw('{')
                .raw(JsonBytes.piece("\"a\":"))
                .number(12L)
                .raw(JsonBytes.piece(",\"b\":"))
                .bool(true)
                .raw(JsonBytes.piece(",\"c\":"))
                .bool(false)
                .raw('}')
                .toBytes();

        assertThat(new String(json, StandardCharsets.UTF_8)).isEqualTo("{\"a\":12,\"b\":true,\"c\":false}");
    }

    @Test
    void whatWasWrittenIsWrittenOnceMore() {
        JsonBytes json = new JsonBytes(1).raw('[').number(0.25);
        json.raw(',').again(1, 5).raw(']');

        assertThat(new String(json.toBytes(), StandardCharsets.UTF_8)).isEqualTo("[0.25,0.25]");
    }
}
