package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.falcon.config.Settings;
import dev.falcon.inference.Prediction;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.testing.OnnxFile.Element;
import dev.falcon.testing.OnnxModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Graphs that a test can compute by itself, answered by the real ONNX Runtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GraphRuntimeTest {

    private static final int CLS = 2;
    private static final int SEP = 3;

    private final Graphs graphs = new Graphs(new Settings.Encoding(RealEncoders.folder(), 64), 2);

    @TempDir private Path folder;

    @AfterAll
    void close() {
        graphs.close();
    }

    private ModelRuntime load(Path directory) throws Exception {
        return GraphRuntime.load(directory, Manifest.read(directory), graphs);
    }

    private ModelRuntime ofTokens(String name, String more) throws Exception {
        return load(OnnxModels.write(folder.resolve(name).resolve("1"), OnnxModels.ofTokens(),
                OnnxModels.tokenizer(true), more));
    }

    private static Prediction answer(ModelRuntime model, String text) {
        return model.predict(List.of(model.prepare(text))).getFirst();
    }

    private static void assertProbabilities(Prediction prediction, double... expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(prediction.probability(i)).isCloseTo(expected[i], within(1e-6));
        }
    }

    /** As the tokenizer must see it. */
    private static List<Integer> tokens(String text) {
        List<Integer> tokens = new ArrayList<>(List.of(CLS));
        for (String word : text.toLowerCase(Locale.ROOT).split(" ")) {
            tokens.add(OnnxModels.WORDS.contains(word) ? OnnxModels.WORDS.indexOf(word) : 1);
        }
        tokens.add(SEP);
        return tokens;
    }

    @Test
    void aTextsTokensGoThroughTheGraph() throws Exception {
        ModelRuntime model = ofTokens("plain", "");

        assertThat(model.labels()).isEqualTo(OnnxModels.LABELS);
        assertThat(model.batchInvariant()).as("unless the manifest says so").isFalse();
        for (String text : List.of("snow", "Sun sun rain", "something unknown", "ice ice ice ice snow")) {
            Prediction answer = answer(model, text);
            assertProbabilities(answer, OnnxModels.softmax(OnnxModels.logits(tokens(text))));
            assertThat(answer.truncated()).isFalse();
        }
        assertThat(answer(model, "snow").label()).isNotEqualTo(answer(model, "sun").label());
        assertThat(model.prepare("snow ice").costTokens()).isEqualTo(4);
    }

    @Test
    void textsShareARunWhereTheManifestSaysThatTheyMay() throws Exception {
        ModelRuntime model = ofTokens("batched", ", \"batch_invariant\": true");
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> OnnxModels.WORDS.get(4 + i % 4) + " snow".repeat(i * 7 % 40))
                .toList();
        List<Prepared> prepared = texts.stream().map(model::prepare).toList();

        List<Prediction> answers = model.predict(prepared);

        assertThat(model.batchInvariant()).isTrue();
        for (int i = 0; i < texts.size(); i++) {
            assertProbabilities(answers.get(i), OnnxModels.softmax(OnnxModels.logits(tokens(texts.get(i)))));
        }
        assertThat(texts.parallelStream().map(text -> answer(model, text).label()).toList())
                .isEqualTo(answers.stream().map(Prediction::label).toList());
    }

    @Test
    void aTextThatIsTooLongIsCutBeforeItsEndMarkerAndTheAnswerSaysSo() throws Exception {
        ModelRuntime model = ofTokens("short", ", \"graph\": {\"max_tokens\": 4}");

        Prediction answer = answer(model, "snow sun ice rain rain");

        assertThat(model.prepare("snow sun ice").truncated()).isTrue();
        assertThat(model.prepare("snow sun").truncated()).isFalse();
        assertThat(answer.truncated()).isTrue();
        assertProbabilities(answer, OnnxModels.softmax(OnnxModels.logits(tokens("snow sun"))));
        assertThat(ofTokens("usual", "").prepare("snow ".repeat(100)).costTokens()).as("by MODEL_MAX_TOKENS")
                .isEqualTo(64);
    }

    @Test
    void aTokenizerThatMarksNoEndKeepsTheFirstWords() throws Exception {
        ModelRuntime model = load(OnnxModels.write(folder.resolve("unmarked").resolve("1"), OnnxModels.ofTokens(),
                OnnxModels.tokenizer(false), ", \"graph\": {\"max_tokens\": 2}"));

        assertProbabilities(answer(model, "snow ice sun sun"), OnnxModels.softmax(OnnxModels.logits(List.of(4, 5))));
    }

    @Test
    void rowsOfAFixedWidthAreFilledUp() throws Exception {
        byte[] graph = OnnxModels.tokensTo("logits")
                .input("input_ids", Element.INT64, 1, 8)
                .input("attention_mask", Element.INT64, 1, 8)
                .input("token_type_ids", Element.INT64, 1, 8)
                .output("logits", Element.FLOAT, 1, 3)
                .bytes();
        ModelRuntime model = load(OnnxModels.write(folder.resolve("fixed").resolve("1"), graph,
                OnnxModels.tokenizer(true), ", \"batch_invariant\": true"));

        for (Prediction answer : model.predict(List.of(model.prepare("sun"), model.prepare("sun")))) {
            assertProbabilities(answer, OnnxModels.softmax(OnnxModels.logits(tokens("sun"))));
        }
        assertThat(model.prepare("sun ".repeat(9)).costTokens()).isEqualTo(8);
        assertThat(model.prepare("sun").costTokens()).as("a row is computed whole").isEqualTo(8);
    }

    @Test
    void aGraphMayTakeTheTextItself() throws Exception {
        List<String> texts = List.of("winter", "summer \uFFFD", "été");
        float[] rows = {0.2f, 0.3f, 0.5f, 0.9f, 0.1f, 0, 0, 0.25f, 0.75f, 0.1f, 0.8f, 0.1f};
        byte[] flat = OnnxModels.stringsTo("probabilities", texts, rows)
                .input("text", Element.STRING, -1)
                .output("probabilities", Element.FLOAT, -1, -1)
                .bytes();
        byte[] column = OnnxModels.stringsTo("deep", texts, rows)
                .axis("second", 1)
                .node("Squeeze", List.of("deep", "second"), "scores")
                .input("text", Element.STRING, -1, 1)
                .output("place", Element.INT64, -1, 1)
                .output("scores", Element.FLOAT, -1, 3)
                .bytes();

        for (ModelRuntime model : List.of(
                load(OnnxModels.write(folder.resolve("flat").resolve("1"), flat, null, ", \"batch_invariant\": true")),
                load(OnnxModels.write(folder.resolve("column").resolve("1"), column, null,
                        ", \"graph\": {\"scores\": \"probabilities\"}")))) {
            assertProbabilities(answer(model, "anything"), 0.2, 0.3, 0.5);
            assertProbabilities(answer(model, "winter"), 0.9, 0.1, 0);
            for (String beyond : List.of("summer 😀", "summer \0", "summer \uD83D", "summer \uFFFD")) {
                assertProbabilities(answer(model, beyond), 0, 0.25, 0.75);
            }
            assertProbabilities(answer(model, "été"), 0.1, 0.8, 0.1);
            assertThat(model.predict(List.of(model.prepare("été"), model.prepare("winter"), model.prepare("x"))))
                    .extracting(Prediction::label)
                    .containsExactly("mild", "cold", "warm");
            for (String odd : List.of("", "\0", "winter\0", "\uD83D", "x".repeat(10_000))) {
                assertProbabilities(answer(model, odd), 0.2, 0.3, 0.5);
            }
        }
    }

    /** One column for two labels; the text "odd" is scored by this number, and others by a half. */
    private ModelRuntime ofYesAndNo(String output, float score) throws Exception {
        byte[] graph = OnnxModels.stringsTo(output, List.of("odd"), new float[]{0.5f, score})
                .input("text", Element.STRING, -1)
                .output(output, Element.FLOAT, -1, 1)
                .bytes();
        Path directory = OnnxModels.write(folder.resolve(output + score).resolve("1"), graph, null,
                ", \"batch_invariant\": true");
        Path manifest = directory.resolve(Manifest.FILE_NAME);
        Files.writeString(manifest,
                Files.readString(manifest).replace("[\"cold\", \"mild\", \"warm\"]", "[\"no\", \"yes\"]"));
        return load(directory);
    }

    @Test
    void oneColumnTellsOfTheSecondOfTwoLabels() throws Exception {
        ModelRuntime logits = ofYesAndNo("logits", -3);
        double sigmoid = 1 / (1 + Math.exp(3));

        assertProbabilities(answer(logits, "odd"), 1 - sigmoid, sigmoid);
        assertThat(answer(logits, "odd").label()).isEqualTo("no");
        assertThat(answer(logits, "another").label()).isEqualTo("yes");
        ModelRuntime probabilities = ofYesAndNo("probabilities", 0.75f);
        assertProbabilities(answer(probabilities, "odd"), 0.25, 0.75);
        assertProbabilities(probabilities.predict(List.of(probabilities.prepare("x"), probabilities.prepare("odd")))
                .getLast(), 0.25, 0.75);
        ModelRuntime wrong = ofYesAndNo("probabilities", 2);
        assertThatThrownBy(() -> answer(wrong, "odd")).hasMessageContaining("are they logits?");
        ModelRuntime broken = ofYesAndNo("logits", Float.NaN);
        assertThatThrownBy(() -> answer(broken, "odd"))
                .hasMessageContaining("\"logits\" holds NaN for the label \"yes\"");
    }

    @Test
    void anAnswerThatIsNoNumberFailsByName() throws Exception {
        ModelRuntime model = ofTokens("broken", "");

        assertThatThrownBy(() -> answer(model, "snow " + OnnxModels.BROKEN_WORD))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"logits\" holds NaN for the label \"cold\"");
        assertThat(answer(model, "snow").confidence()).isBetween(0.33, 1.0);
    }

    @Test
    void probabilitiesThatAreNoneFailByName() throws Exception {
        byte[] graph =
                OnnxModels.stringsTo("probabilities", List.of("bad"), new float[]{0.2f, 0.3f, 0.5f, 0.5f, 0.5f, 0.5f})
                        .input("text", Element.STRING, -1)
                        .output("probabilities", Element.FLOAT, -1, 3)
                        .bytes();
        ModelRuntime model = load(OnnxModels.write(folder.resolve("sums").resolve("1"), graph, null, ""));

        assertThatThrownBy(() -> answer(model, "bad")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sum to 1.5");
    }

    @Test
    void whatDeterminesAnswersIsPartOfTheDigest() throws Exception {
        String usual = ofTokens("digest", "").id().digest();

        assertThat(ofTokens("digest", "").id().digest()).isEqualTo(usual);
        assertThat(ofTokens("digest", ", \"graph\": {\"max_tokens\": 63}").id().digest()).isNotEqualTo(usual);
        Path directory = folder.resolve("digest").resolve("1");
        Path manifest = directory.resolve(Manifest.FILE_NAME);
        Files.writeString(manifest,
                Files.readString(manifest).replace("warm", "hot").replace("\"max_tokens\": 63", "\"max_tokens\": 64"));
        assertThat(load(directory).id().digest()).isNotEqualTo(usual);
    }

    @Test
    void aTextOfAnotherModelIsRefused() throws Exception {
        ModelRuntime one = ofTokens("one", "");
        ModelRuntime other = ofTokens("other", "");

        assertThatThrownBy(() -> one.predict(List.of(other.prepare("snow"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itsMemoryIsCountedByItsFiles() throws Exception {
        Path directory = OnnxModels.write(folder.resolve("size").resolve("1"), new byte[100 << 20],
                new byte[1 << 20], "");

        assertThat(counted(directory)).isBetween(300L << 20, 600L << 20);
        assertThat(graphs.nativeBytes(folder.resolve("none"), Manifest.read(directory))).as("loading will say why")
                .isGreaterThan(0);
    }

    private long counted(Path directory) throws Exception {
        return graphs.nativeBytes(directory, Manifest.read(directory));
    }

    private long counted(String name, byte[] graph, String more) throws Exception {
        return counted(OnnxModels.write(folder.resolve(name).resolve("1"), graph, OnnxModels.tokenizer(true), more));
    }

    @Test
    void longerTextsAreCountedByTheSquareOfTheirLength() throws Exception {
        byte[] graph = OnnxModels.ofTokens();
        long usual = counted("usual", graph, "");
        long ofThousand = counted("thousand", graph, ", \"graph\": {\"max_tokens\": 1024}");
        long ofFourThousand = counted("four-thousand", graph, ", \"graph\": {\"max_tokens\": 4096}");

        assertThat(counted("short", graph, ", \"graph\": {\"max_tokens\": 128}")).isEqualTo(usual);
        assertThat(ofThousand).as("two callers, 16 heads, three tensors of 1024 x 1024 each")
                .isGreaterThan(usual + 2 * (150L << 20));
        assertThat(ofFourThousand).isGreaterThan(12 * ofThousand);
        assertThat(counted("batched", graph, ", \"batch_invariant\": true, \"graph\": {\"max_tokens\": 256}"))
                .as("a batch of four texts of 256 tokens")
                .isGreaterThan(counted("alone", graph, ", \"graph\": {\"max_tokens\": 256}"));
    }

    @Test
    void aGraphOfFixedWidthIsCountedByItHoweverLittleOfATextIsRead() throws Exception {
        byte[] wide = OnnxModels.tokensTo("logits")
                .input("input_ids", Element.INT64, -1, 1024)
                .input("attention_mask", Element.INT64, -1, 1024)
                .output("logits", Element.FLOAT, -1, OnnxModels.LABELS.size())
                .bytes();
        byte[] broken = Arrays.copyOf(wide, wide.length - 7);

        assertThat(counted("wide", wide, "")).isGreaterThan(2 * (150L << 20));
        assertThat(counted("broken", broken, "")).as("loading will say why").isGreaterThan(0);
        assertThat(GraphWidth.of(folder.resolve("wide").resolve("1").resolve("model.onnx"))).isEqualTo(1024);
    }
}
