package dev.falcon.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonObjectTest {

    private static JsonObject object(String json) throws MalformedJson {
        return JsonObject.read(json.getBytes(UTF_8));
    }

    @Test
    void eachMemberIsGivenAsWhatItIs() throws Exception {
        JsonObject json = object("""
                {"text": "a", "flag": true, "number": 2.5, "whole": 7, "large": 8589934592, "texts": ["x", null],
                 "rows": [[1, 2], []], "map": {"a": 1, "b": null}, "object": {"text": "inner"}}""");

        assertThat(json.text("text")).isEqualTo("a");
        assertThat(json.flag("flag")).isTrue();
        assertThat(json.number("number")).isEqualTo(2.5);
        assertThat(json.whole("whole")).isEqualTo(7);
        assertThat(json.large("large")).isEqualTo(1L << 33);
        assertThat(json.texts("texts")).containsExactly("x", null);
        assertThat(json.rows("rows")).containsExactly(List.of(1, 2), List.of());
        assertThat(json.map("map")).isEqualTo(Map.of("a", 1));
        assertThat(Objects.requireNonNull(json.object("object")).text("text")).isEqualTo("inner");
        json.end();
    }

    @Test
    void whatIsAbsentOrNullIsNullZeroOrEmpty() throws Exception {
        JsonObject json = object("{\"text\": null}");

        assertThat(json.text("text")).isNull();
        assertThat(json.whole("whole")).isNull();
        assertThat(json.large("large")).isZero();
        assertThat(json.number("number")).isZero();
        assertThat(json.flag("flag")).isFalse();
        assertThat(json.texts("texts")).isNull();
        assertThat(json.rows("rows")).isEmpty();
        assertThat(json.map("map")).isEmpty();
        assertThat(json.object("object")).isNull();
        json.end();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"o\": {\"text\": 1}}        | wrong type at \"o.text\", expected a string",
        "{\"o\": {\"number\": \"1\"}}  | wrong type at \"o.number\", expected a number",
        "{\"o\": {\"whole\": 1.5}}     | wrong type at \"o.whole\", expected a whole number below 2^31",
        "{\"o\": {\"whole\": 4294967296}} | wrong type at \"o.whole\", expected a whole number below 2^31",
        "{\"o\": {\"large\": 1.5}}     | wrong type at \"o.large\", expected a whole number",
        "{\"o\": {\"flag\": \"true\"}} | wrong type at \"o.flag\", expected true or false",
        "{\"o\": {\"texts\": \"x\"}}   | wrong type at \"o.texts\", expected an array",
        "{\"o\": {\"texts\": [\"x\", 1]}} | wrong type at \"o.texts[1]\", expected a string",
        "{\"o\": {\"rows\": [[1], 2]}} | wrong type at \"o.rows[1]\", expected an array",
        "{\"o\": {\"rows\": [[\"1\"]]}} | wrong type at \"o.rows[0]\", expected a whole number below 2^31",
        "{\"o\": {\"map\": []}}        | wrong type at \"o.map\", expected an object",
        "{\"o\": {\"more\": 1}}        | unknown field \"o.more\"",
        "{\"o\": []}                   | wrong type at \"o\", expected an object"})
    void namesWhatIsWrongAndWhere(String text, String message) {
        assertThatThrownBy(() -> {
            JsonObject json = Objects.requireNonNull(object(text).object("o"));
            json.text("text");
            json.number("number");
            json.whole("whole");
            json.large("large");
            json.flag("flag");
            json.texts("texts");
            json.rows("rows");
            json.map("map");
            json.end();
        }).isInstanceOf(MalformedJson.class).hasMessage(message);
    }
}
