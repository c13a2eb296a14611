package dev.falcon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.json.Json;
import dev.falcon.model.Evaluation;
import dev.falcon.model.Manifest;
import dev.falcon.testing.OnnxModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train}, {@code evaluate} and {@code classify} as a person types them. */
class ModelCommandsTest {

    @TempDir private Path folder;
    private Path data;

    /** What a command left. */
    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void writeData() throws IOException {
        data = folder.resolve("pets.csv");
        StringBuilder rows = new StringBuilder("label,text\n");
        for (int i = 0; i < 60; i++) {
            rows.append("cat,it purrs and climbs number ").append(i).append('\n');
            rows.append("dog,it barks and fetches number ").append(i).append('\n');
        }
        Files.writeString(data, rows);
    }

    private Ended falcon(String... args) {
        return falconReading("", args);
    }

    private Ended falconReading(String in, String... args) {
        return falconIn(Map.of(), in, args);
    }

    private Ended falconIn(Map<String, String> environment, String in, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(environment, folder, new ByteArrayInputStream(in.getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        int status = Main.commandLine(shell).execute(args);
        return new Ended(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    private Ended train(String... more) {
        String[] args = {"train", "--data", data.toString(), "--name", "pets"};
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return falcon(all);
    }

    @Test
    void trainWritesAModelThatIsThenServedAndPrintsTheAccuracyFirst() {
        Ended trained = train();

        assertThat(trained.status()).isZero();
        assertThat(trained.out()).startsWith("accuracy           1.0000  (95 % interval 0.8")
                .contains("given \\ predicted", "examples           24", "Wrote " + folder.resolve("models/pets/1"));
        assertThat(falcon("classify", "it purrs", "it barks loudly").out())
                .matches("(?s)cat\t0\\.\\d{4}\\R" + "dog\t0\\.\\d{4}\\R");
    }

    @Test
    void aGraphOfTheUsersOwnIsClassifiedWithAndEvaluatedByItsFolder() throws IOException {
        Path model = OnnxModels.write(folder.resolve("weather").resolve("1"), OnnxModels.ofTokens(),
                OnnxModels.tokenizer(true), "");
        Map<String, String> environment =
                Map.of("MODEL_CACHE_DIR", Path.of("target", "encoder-cache").toAbsolutePath().toString());
        Files.writeString(data, "label,text\nmild,snow\nwarm,sun sun sun\n");

        Ended classified = falconIn(environment, "", "classify", "--model", model.toString(), "snow", "sun sun sun");
        Ended evaluated = falconIn(environment, "", "evaluate", "--model", model.toString(), "--data", data.toString());

        double[] snow = OnnxModels.softmax(OnnxModels.logits(List.of(2, 4, 3)));
        assertThat(classified.status()).as(classified.err()).isZero();
        assertThat(classified.out()).startsWith(String.format(Locale.ROOT, "%s\t%.4f", "mild", snow[1]));
        assertThat(evaluated.status()).as(evaluated.err()).isZero();
        assertThat(evaluated.out()).startsWith("accuracy           0.5000").contains("examples           2");
    }

    @Test
    void trainEndsWithHowToServeWhatItMade() {
        assertThat(train().out()).endsWith("Serve it: DEFAULT_MODEL=pets bin/falcon serve\n");
        assertThat(train("--version", "0").out()).as("not the highest")
                .endsWith("Serve it: DEFAULT_MODEL=pets/0 bin/falcon serve\n");
        Path other = folder.resolve("other");
        assertThat(train("--out", other.toString()).out())
                .endsWith("Serve it: MODEL_PATH='" + other + "' DEFAULT_MODEL=pets bin/falcon serve\n");
    }

    @Test
    void aModelOptionThatFitsSeveralModelsIsNamed() {
        train();
        falcon("train", "--data", data.toString(), "--name", "beasts");

        Ended ambiguous = falcon("classify", "--model", folder.resolve("models").toString(), "it purrs");
        Ended missing = falcon("classify", "--model", folder.resolve("none").toString(), "it purrs");

        assertThat(ambiguous.err()).contains("several models, beasts, pets: give --model the folder of one")
                .doesNotContain("DEFAULT_MODEL");
        assertThat(missing.err()).contains("does not exist (--model)").doesNotContain("MODEL_PATH");
    }

    @Test
    void trainingAgainGivesTheSameBytes() throws IOException {
        train();
        train("--out", folder.resolve("again").toString());

        for (String file : new String[]{"manifest.json", "weights.bin"}) {
            assertThat(folder.resolve("again/pets/1").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("models/pets/1").resolve(file));
        }
    }

    @Test
    void trainReplacesAModelOnlyWhenForced() {
        train();
        Ended refused = train();

        assertThat(refused.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(refused.err()).contains("is there already", "--force");
        assertThat(train("--force").status()).isZero();
        assertThat(train("--version", "2").status()).isZero();
        assertThat(folder.resolve("models/pets/2/manifest.json")).exists();
    }

    @Test
    void evaluateScoresAnyModelOnAnyFile() throws IOException {
        train();
        Path other = Files.writeString(folder.resolve("other.jsonl"), """
                {"body": "it purrs", "animal": "cat"}
                {"body": "it barks", "animal": "dog"}
                {"body": "it barks", "animal": "cat"}
                {"body": "it fetches", "animal": "dog"}
                """);
        Ended scored = falcon("evaluate", "--model", folder.resolve("models").toString(), "--data", other.toString(),
                "--text-column", "body", "--label-column", "animal");

        assertThat(scored.status()).isZero();
        assertThat(scored.out()).startsWith("accuracy           0.7500").contains("examples           4");
    }

    @Test
    void evaluatePrintsJsonWithTheAccuracyFirst() throws Exception {
        train();
        Ended scored = falcon("evaluate", "--data", data.toString(), "--json");

        assertThat(scored.out()).startsWith("{\n  \"accuracy\" : 1.0,");
        assertThat(Json.read(scored.out().getBytes(UTF_8), Evaluation.class).count()).isEqualTo(120);
    }

    @Test
    void evaluateScoresTheHeldOutPartAsTheTrainingDid() throws Exception {
        String rows = Files.readString(data);
        // Some that it cannot get right, so that another part would have another score.
        Files.writeString(data, rows + rows.lines()
                .filter(row -> row.endsWith("3"))
                .map(row -> row.startsWith("cat") ? row.replaceFirst("cat", "dog") : row.replaceFirst("dog", "cat"))
                .collect(Collectors.joining("\n", "", "\n")));
        train("--test-share", "0.3", "--seed", "7");
        Manifest manifest = Manifest.read(folder.resolve("models/pets/1"));

        Ended scored = falcon("evaluate", "--data", data.toString(), "--held-out", "--json");

        assertThat(scored.status()).as(scored.err()).isZero();
        Evaluation evaluation = Json.read(scored.out().getBytes(UTF_8), Evaluation.class);
        assertThat(evaluation).isEqualTo(manifest.heldOut());
        assertThat(evaluation.accuracy()).isBetween(0.5, 0.99);
    }

    @Test
    void aHeldOutPartThatCannotBeKnownIsRefused() throws IOException {
        train();
        Path other = Files.writeString(folder.resolve("other.csv"), "text,label\nit purrs,cat\nit barks,dog\n");
        Path graph = OnnxModels.write(folder.resolve("weather").resolve("1"), OnnxModels.ofTokens(),
                OnnxModels.tokenizer(true), "");
        Map<String, String> environment =
                Map.of("MODEL_CACHE_DIR", Path.of("target", "encoder-cache").toAbsolutePath().toString());

        Ended ofOther = falcon("evaluate", "--data", other.toString(), "--held-out");
        Ended ofGraph = falconIn(environment, "", "evaluate", "--model", graph.toString(), "--data", other.toString(),
                "--held-out");

        assertThat(ofOther.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ofOther.err()).contains("other.csv: is not what pets/1 was trained on: SHA-256 ");
        assertThat(ofGraph.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ofGraph.err()).contains("weather/1 does not say which part of its data was held out");
    }

    @Test
    void evaluateNamesTheLineOfALabelThatTheModelDoesNotKnow() throws IOException {
        train();
        Path other = Files.writeString(folder.resolve("other.csv"), "text,label\nit purrs,cat\nit swims,fish\n");
        Ended refused = falcon("evaluate", "--data", other.toString());

        assertThat(refused.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(refused.err()).contains("other.csv:3: label \"fish\" is not one of the model's: cat, dog");
    }

    @Test
    void classifyReadsALineATextFromStandardInput() {
        train();

        assertThat(falconReading("it purrs\n\n   \nit barks", "classify").out().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("cat\t");
    }

    @Test
    void classifyPrintsAJsonObjectALine() {
        train();

        assertThat(falcon("classify", "--json", "zorbl").out())
                .isEqualToIgnoringNewLines(
                        "{\"label\":\"cat\",\"probability\":0.5,\"probabilities\":{\"cat\":0.5,\"dog\":0.5},\"truncated\":false}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evaluate", "classify"})
    void aBadModelIsAFailureThatNamesTheFile(String command) throws IOException {
        train();
        Path weights = folder.resolve("models/pets/1/weights.bin");
        Files.write(weights, new byte[]{1, 2, 3});
        Ended failed = command.equals("evaluate")
                ? falcon(command, "--data", data.toString())
                : falcon(command, "a text");

        assertThat(failed.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(failed.err()).contains(weights.toString());
        assertThat(failed.out()).isEmpty();
    }

    @Test
    void badDataIsAFailureThatNamesTheLine() throws IOException {
        Files.writeString(data, "label,text\ncat,purrs\ndog\n");
        Ended failed = train();

        assertThat(failed.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(failed.err()).contains("pets.csv:3: has 1 fields");
        assertThat(folder.resolve("models")).doesNotExist();
    }

    @Test
    void wrongSettingsAreToldOneALine() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(Map.of("PORT", "none"), folder, new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, UTF_8), new PrintStream(err, true, UTF_8));

        assertThat(Main.commandLine(shell).execute("classify", "text")).isEqualTo(ExitStatus.SETTINGS);
        assertThat(err.toString(UTF_8)).contains("PORT");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "train --name m                              | --data",
        "train --data d.csv                          | --name",
        "train --data d.csv --name ../m              | --name and --version must be",
        "train --data d.csv --name m --version a/b   | --name and --version must be",
        "train --data d.csv --name m --test-share 2  | --test-share must be",
        "train --data d.csv --name m --seed x        | --seed",
        "evaluate                                    | --data",
        "classify --no-such-option                   | --no-such-option"})
    void wrongUsageIsSaidAndEndsWithTwo(String line, String expected) {
        Ended refused = falcon(line.split(" +"));

        assertThat(refused.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(refused.err()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({"train, --test-share", "evaluate, --text-column", "classify, --json"})
    void helpDocumentsOptionsAndExitStatus(String command, String option) {
        Ended help = falcon(command, "--help");

        assertThat(help.status()).isZero();
        assertThat(help.out()).contains(option, "Exit status:").doesNotContain("%%", "%n");
        assertThat(help.err()).isEmpty();
    }
}
