package dev.falcon.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelledTextsTest {

    private static final LabelledTexts.Columns COLUMNS = new LabelledTexts.Columns("text", "label");

    @TempDir private Path folder;

    private List<LabelledText> read(String name, String content) throws IOException, LabelledTextFault {
        return LabelledTexts.read(Files.writeString(folder.resolve(name), content), COLUMNS).examples();
    }

    private void assertFault(String name, String content, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        assertThatThrownBy(() -> LabelledTexts.read(file, COLUMNS)).isInstanceOf(LabelledTextFault.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(expected);
    }

    @Test
    void readsCsvWithQuotesCommasAndLineBreaksInsideFields() throws Exception {
        assertThat(read("a.csv", """
                id,label,text
                1,good,"fine, really"
                2,bad,"he said ""no""
                and left"
                3,bad,plain
                """)).containsExactly(new LabelledText("fine, really", "good", 2),
                new LabelledText("he said \"no\"\nand left", "bad", 3), new LabelledText("plain", "bad", 5));
    }

    @Test
    void readsTsvWithoutAnyQuoting() throws Exception {
        assertThat(read("a.tsv", "text\tlabel\n\"so-called\" food, 5\"\tbad\r\nyes\tgood\n"))
                .containsExactly(new LabelledText("\"so-called\" food, 5\"", "bad", 2),
                        new LabelledText("yes", "good", 3));
    }

    @Test
    void readsJsonLinesAndIgnoresOtherFields() throws Exception {
        assertThat(read("a.jsonl", """
                {"text": "a\\tb", "label": "x", "more": {"deep": [1]}}

                {"label": 3, "text": "c"}
                {"label": true, "text": "d"}
                """)).containsExactly(new LabelledText("a\tb", "x", 1), new LabelledText("c", "3", 3),
                new LabelledText("d", "true", 4));
    }

    @Test
    void takesTheColumnsByTheNamesItIsGiven() throws Exception {
        Path file = Files.writeString(folder.resolve("a.csv"), "review,stars\nnice,5\n");

        assertThat(LabelledTexts.read(file, new LabelledTexts.Columns("review", "stars")).examples())
                .containsExactly(new LabelledText("nice", "5", 2));
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstColumn() throws Exception {
        assertThat(read("a.csv", "\uFEFFtext,label\nnice,5\n")).hasSize(1);
    }

    @Test
    void theDigestIsThatOfTheFilesBytes() throws Exception {
        Path file = Files.writeString(folder.resolve("a.csv"), "text,label\nnice,5\n");

        assertThat(LabelledTexts.read(file, COLUMNS).digest()).isEqualTo(Sha256.hex(Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv"})
    void namesTheColumnsThatAreThereWhenOneIsMissing(String name) throws IOException {
        assertFault(name, name.endsWith("csv") ? "body,label\nx,y\n" : "body\tlabel\nx\ty\n",
                ":1: there is no column \"text\"; the first row names body, label");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a.csv   | text,label\\nx,y\\nz\\n              | :3: has 1 fields where the first row has 2",
        "a.csv   | text,label\\nx,y,z\\n                | :2: has 3 fields where the first row has 2",
        "a.csv   | text,text,label\\nx,y,z\\n           | :1: there are two columns \"text\"",
        "a.csv   | text,label\\n  ,y\\n                 | :2: \"text\" is blank",
        "a.csv   | text,label\\nx,\\n                   | :2: \"label\" is blank",
        "a.csv   | text,label\\nx,y\\n\"open,y\\nz,y\\n | not CSV",
        "a.csv   | text,label\\n                        | holds no examples",
        "a.tsv   | text\\tlabel\\nx\\ty\\nz\\n          | :3: has 1 fields where the first row has 2",
        "a.jsonl | {\"text\": \"x\"}                    | :1: \"label\" is missing",
        "a.jsonl | {\"text\": 1, \"label\": \"y\"}      | :1: \"text\" is not a string",
        "a.jsonl | {\"text\": \"x\", \"label\": 1.5}    | :1: \"label\" is not a string, a whole number or a boolean",
        "a.jsonl | {\"text\": \"x\", \"label\": \"y\"}\\n{oops | :2: not a JSON object",
        "a.jsonl | [1]                                  | :1: not a JSON object",
        "a.txt   | x                                    | the ending must say what it is"})
    void namesFileLineAndFault(String name, String content, String expected) throws IOException {
        assertFault(name, content.replace("\\n", "\n").replace("\\t", "\t"), expected);
    }

    @Test
    void namesTheLineThatIsNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("a.csv"), "text,label\nfine,y\ncaf\u00e9,y\n".getBytes(ISO_8859_1));

        assertThatThrownBy(() -> LabelledTexts.read(file, COLUMNS)).hasMessageEndingWith("a.csv:3: not valid UTF-8");
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        assertThatThrownBy(() -> LabelledTexts.read(folder.resolve("none.csv"), COLUMNS))
                .isInstanceOf(LabelledTextFault.class)
                .hasMessageEndingWith("none.csv: there is no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv", "a.jsonl"})
    void aTextBeyondTheBoundIsRefused(String name) throws IOException {
        String huge = "x".repeat(LabelledTexts.MAX_TEXT_CHARS + 1);
        String content = switch (name) {
            case "a.csv" -> "text,label\n" + huge + ",y\n";
            case "a.tsv" -> "text\tlabel\n" + huge + "\ty\n";
            default -> "{\"text\": \"" + huge + "\", \"label\": \"y\"}\n";
        };
        assertFault(name, content, "the text is longer than");
    }

    @Test
    void aTextAtTheBoundIsTaken() throws Exception {
        assertThat(read("a.csv", "text,label\n" + "é".repeat(LabelledTexts.MAX_TEXT_CHARS) + ",y\n")).hasSize(1);
        assertThat(Files.readString(folder.resolve("a.csv"), UTF_8)).contains("é");
    }
}
