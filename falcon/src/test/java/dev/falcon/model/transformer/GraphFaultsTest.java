package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.falcon.config.Settings;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.testing.OnnxFile;
import dev.falcon.testing.OnnxFile.Element;
import dev.falcon.testing.OnnxModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An ONNX model that cannot be served is refused at load, by a sentence that names what is wrong with which file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GraphFaultsTest {

    private static final byte[] TOKENIZER = OnnxModels.tokenizer(true);

    private final Graphs graphs = new Graphs(new Settings.Encoding(RealEncoders.folder(), 64), 2);

    @TempDir private Path folder;

    @AfterAll
    void close() {
        graphs.close();
    }

    private ModelFault fault() {
        return catchThrowableOfType(ModelFault.class,
                () -> GraphRuntime.load(folder, Manifest.read(folder), graphs));
    }

    /** The folder's two last names are what a manifest says, so it is one of a tree's. */
    private ModelFault fault(byte[] graph, byte @Nullable [] tokenizer, String more) throws Exception {
        Files.deleteIfExists(folder.resolve(GraphFiles.TOKENIZER));
        OnnxModels.write(folder, graph, tokenizer, more);
        return fault();
    }

    private static void assertFault(ModelFault fault, Reason reason, String file, String... words) {
        assertThat(fault.reason()).as(fault.getMessage()).isEqualTo(reason);
        assertThat(fault.file()).hasFileName(file);
        assertThat(fault).hasMessageContainingAll(words);
    }

    private static OnnxFile withIds(String output) {
        return OnnxModels.tokensTo(output).input("input_ids", Element.INT64, -1, -1);
    }

    private static OnnxFile withTokens(String output) {
        return withIds(output).input("attention_mask", Element.INT64, -1, -1);
    }

    private static OnnxFile ofRows(String output, int columns) {
        return OnnxModels.stringsTo(output, List.of("a"), new float[2 * columns]).input("text", Element.STRING, -1);
    }

    @Test
    void filesThatAreMissingDamagedOrNotCoveredByTheDigest() throws Exception {
        OnnxModels.write(folder, OnnxModels.ofTokens(), TOKENIZER, "");
        byte[] changed = OnnxModels.tokenizer(true);
        changed[changed.length - 1] = ' ';
        Files.write(folder.resolve(GraphFiles.TOKENIZER), changed);
        assertFault(fault(), Reason.DIGEST_MISMATCH, "model.onnx", "tokenizer.json", "the manifest expects");

        OnnxModels.write(folder, OnnxModels.ofTokens(), TOKENIZER, "");
        Path data = Files.write(folder.resolve("model.onnx.data"), new byte[4]);
        assertFault(fault(), Reason.WRONG_GRAPH, "model.onnx.data", "weights inside");
        Files.delete(data);
        Files.writeString(folder.resolve("README.md"), "harmless");

        Files.delete(folder.resolve(GraphFiles.GRAPH));
        assertFault(fault(), Reason.MISSING, "model.onnx", "no such file");
        assertFault(fault(OnnxModels.ofTokens(), null, ""), Reason.MISSING, "tokenizer.json", "takes input_ids");
        assertFault(fault("no graph".getBytes(StandardCharsets.UTF_8), TOKENIZER, ""), Reason.CORRUPT, "model.onnx",
                "ONNX Runtime cannot load it");
        assertFault(fault(OnnxModels.ofTokens(), "{}".getBytes(StandardCharsets.UTF_8), ""), Reason.CORRUPT,
                "tokenizer.json", "no tokenizer");
        assertFault(fault(ofRows("logits", 3).output("logits", Element.FLOAT, -1, 3).bytes(), TOKENIZER, ""),
                Reason.WRONG_GRAPH, "tokenizer.json", "takes strings");
    }

    @Test
    void inputsThatAreNoTextsAndNoTokens() throws Exception {
        byte[] noMask = OnnxModels.stringsTo("logits", List.of("a"), new float[6])
                .input("input_ids", Element.STRING, -1)
                .node("Identity", List.of("input_ids"), "text")
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();
        byte[] extra = withTokens("logits").input("position_ids", Element.INT64, -1, -1)
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();
        byte[] numbers = new OnnxFile().weights("weights", new float[6], 2, 3)
                .input("features", Element.FLOAT, -1, 2)
                .node("MatMul", List.of("features", "weights"), "logits")
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();
        byte[] four = OnnxModels.stringsTo("logits", List.of("a"), new float[6])
                .input("text", Element.STRING, 4)
                .output("logits", Element.FLOAT, 4, 3)
                .bytes();

        assertFault(fault(noMask, TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "no input attention_mask");
        assertFault(fault(extra, TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "position_ids INT64 [-1, -1]",
                "expected input_ids");
        assertFault(fault(numbers, null, ""), Reason.WRONG_GRAPH, "model.onnx", "features FLOAT [-1, 2]",
                "STRING [texts]");
        assertFault(fault(four, null, ""), Reason.WRONG_GRAPH, "model.onnx", "takes 4 texts at a time");
        byte[] narrow = OnnxModels.tokensTo("logits")
                .input("input_ids", Element.INT32, -1, -1)
                .input("attention_mask", Element.INT32, -1, -1)
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();
        assertFault(fault(narrow, TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "INT32 [-1, -1]",
                "each INT64 [texts, tokens]");
    }

    @Test
    void outputsThatAreNoScoresOfTheLabels() throws Exception {
        byte[] twoOfThree = OnnxModels.stringsTo("each", List.of("a"), new float[]{1, 1, 0, 1, 1, 0})
                .input("text", Element.STRING, -1)
                .axis("first", 0)
                .node("ReduceSum", List.of("each", "first"), "sums", OnnxFile.whole("keepdims", 0))
                .node("Cast", List.of("sums"), "kept", OnnxFile.whole("to", 9))
                .node("Compress", List.of("each", "kept"), "logits", OnnxFile.whole("axis", 1))
                .output("logits", Element.FLOAT, -1, -1)
                .bytes();

        assertFault(fault(ofRows("logits", 2).output("logits", Element.FLOAT, -1, 2).bytes(), null, ""),
                Reason.WRONG_GRAPH, "model.onnx", "logits FLOAT [-1, 2]", "expected FLOAT [texts, 3]");
        assertFault(fault(twoOfThree, null, ""),
                Reason.WRONG_GRAPH, "model.onnx", "fails on a plain sentence", "[1, 2] where [1, 3] was expected",
                "3 labels");
        assertFault(fault(withTokens("x").node("Cast", List.of("x"), "logits", OnnxFile.whole("to", 11))
                .output("logits", Element.DOUBLE, -1, 3)
                .bytes(), TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "logits DOUBLE [-1, 3]", "expected FLOAT");
        assertFault(fault(withTokens("x").node("Cast", List.of("x"), "logits", OnnxFile.whole("to", 10))
                .output("logits", Element.FLOAT16, -1, 3)
                .bytes(), TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "logits FLOAT16 [-1, 3]",
                "expected FLOAT");
        assertFault(fault(ofRows("logits", 1).output("logits", Element.FLOAT, -1, 1).bytes(), null, ""),
                Reason.WRONG_GRAPH, "model.onnx", "logits FLOAT [-1, 1]", "expected FLOAT [texts, 3]");
        assertFault(fault(OnnxModels.ofTokens(), TOKENIZER, ", \"graph\": {\"scores\": \"probabilities\"}"),
                Reason.WRONG_GRAPH, "model.onnx", "fails on a plain sentence", "are they logits?");
    }

    @Test
    void whatTheGraphLeavesOpenAndTheManifestDoesNotSay() throws Exception {
        byte[] two = withTokens("first").node("Identity", List.of("first"), "second_logits")
                .output("first", Element.FLOAT, -1, 3)
                .output("second_logits", Element.FLOAT, -1, 3)
                .bytes();
        byte[] nameless = withTokens("scores").output("scores", Element.FLOAT, -1, 3).bytes();

        assertFault(fault(two, TOKENIZER, ""), Reason.BAD_MANIFEST, "manifest.json", "\"graph.output\" is missing",
                "first FLOAT [-1, 3] and second_logits");
        assertFault(fault(two, TOKENIZER, ", \"graph\": {\"output\": \"third\"}"), Reason.BAD_MANIFEST,
                "manifest.json", "names \"third\"", "second_logits");
        assertFault(fault(nameless, TOKENIZER, ""), Reason.BAD_MANIFEST, "manifest.json",
                "\"graph.scores\" is missing", "\"scores\" logits or probabilities");
        assertFault(fault(nameless, TOKENIZER, ", \"graph\": {\"scores\": \"odds\"}"), Reason.BAD_MANIFEST,
                "manifest.json", "not \"odds\"");
        OnnxModels.write(folder, two, TOKENIZER, ", \"graph\": {\"output\": \"second_logits\"}");
        assertThat(GraphRuntime.load(folder, Manifest.read(folder), graphs).labels()).isEqualTo(OnnxModels.LABELS);
    }

    /** Each row less the mean of all rows of its batch. */
    private static OnnxFile mixing(int width) {
        OnnxFile graph = OnnxModels.tokensTo("x")
                .node("ReduceMean", List.of("x"), "mean_of_batch", OnnxFile.wholes("axes", List.of(0L)))
                .node("Sub", List.of("x", "mean_of_batch"), "logits")
                .output("logits", Element.FLOAT, -1, 3);
        return graph.input("input_ids", Element.INT64, -1, width).input("attention_mask", Element.INT64, -1, width);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 512, 513, 1024, 8192})
    void aGraphThatMixesItsTextsIsFoundOutHoweverLongTheyMayBe(int maxTokens) throws Exception {
        String more = ", \"batch_invariant\": true, \"graph\": {\"max_tokens\": " + maxTokens + "}";

        assertFault(fault(mixing(-1).bytes(), TOKENIZER, more), Reason.BAD_MANIFEST, "manifest.json",
                "\"batch_invariant\" is true");
        assertThat(fault(OnnxModels.ofTokens(), TOKENIZER, more)).as("one that does not").isNull();
    }

    @Test
    void aGraphOfFixedWidthThatMixesItsTextsIsFoundOutWhereTwoFitIntoARun() throws Exception {
        String more = ", \"batch_invariant\": true";

        assertFault(fault(mixing(16).bytes(), TOKENIZER, more), Reason.BAD_MANIFEST, "manifest.json",
                "\"batch_invariant\" is true");
        assertFault(fault(mixing(512).bytes(), TOKENIZER, more), Reason.BAD_MANIFEST, "manifest.json",
                "\"batch_invariant\" is true");
        assertThat(fault(mixing(513).bytes(), TOKENIZER, more)).as("no two ever share one").isNull();
    }

    @Test
    void aGraphThatFailsOnSeveralTextsMayOnlyBeGivenOne() throws Exception {
        byte[] ofOne = withTokens("x").axis("three", 3)
                .axis("front", 0)
                .node("Reshape", List.of("x", "three"), "row")
                .node("Unsqueeze", List.of("row", "front"), "logits")
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();

        assertFault(fault(ofOne, TOKENIZER, ", \"batch_invariant\": true"), Reason.BAD_MANIFEST, "manifest.json",
                "\"batch_invariant\" is true", "model.onnx fails on a batch");
        assertThat(fault(ofOne, TOKENIZER, "")).isNull();
    }

    @Test
    void moreThanTheGraphKeeps() throws Exception {
        byte[] blind = new OnnxFile().weights("table", new float[]{3, 0, 0, 0, 3, 0, 0, 0, 3, 1, 1, 1, 9, 1, 1, 1, 9,
            1, 1, 1, 9, 0, 3, 3, 1, 0, 3}, 9, 3)
                .input("input_ids", Element.INT64, -1, -1)
                .input("attention_mask", Element.INT64, -1, -1)
                .node("Gather", List.of("table", "input_ids"), "each")
                .node("ReduceMean", List.of("each"), "logits", OnnxFile.wholes("axes", List.of(1L)),
                        OnnxFile.whole("keepdims", 0))
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();
        byte[] narrow = OnnxModels.tokensTo("x")
                .input("input_ids", Element.INT64, -1, -1)
                .input("attention_mask", Element.INT64, -1, -1)
                .weights("places", new float[10], 1, 10, 1)
                .node("Add", List.of("shown_deep", "places"), "placed")
                .axis("first", 0)
                .node("ReduceSum", List.of("placed"), "nothing", OnnxFile.whole("keepdims", 0))
                .node("Sub", List.of("nothing", "nothing"), "zero")
                .node("Add", List.of("x", "zero"), "logits")
                .output("logits", Element.FLOAT, -1, 3)
                .bytes();

        assertFault(fault(blind, TOKENIZER, ", \"batch_invariant\": true"), Reason.BAD_MANIFEST, "manifest.json",
                "\"batch_invariant\" is true");
        assertFault(fault(blind, TOKENIZER, ", \"batch_invariant\": true, \"graph\": {\"max_tokens\": 1024}"),
                Reason.BAD_MANIFEST, "manifest.json", "\"batch_invariant\" is true");
        assertThat(fault(blind, TOKENIZER, "")).as("one at a time").isNull();
        assertFault(fault(narrow, TOKENIZER, ""), Reason.WRONG_GRAPH, "model.onnx", "fails on", "ONNX Runtime failed");
        assertFault(fault(OnnxModels.ofTokens(), TOKENIZER, ", \"graph\": {\"max_tokens\": 8193}"),
                Reason.BAD_MANIFEST, "manifest.json", "8193", "1 to 8192");
        assertFault(fault(ofRows("logits", 3).output("logits", Element.FLOAT, -1, 3).bytes(), null,
                ", \"graph\": {\"max_tokens\": 8}"), Reason.BAD_MANIFEST, "manifest.json", "takes strings");
    }
}
