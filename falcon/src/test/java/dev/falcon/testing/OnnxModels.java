package dev.falcon.testing;

import dev.falcon.model.Manifest;
import dev.falcon.model.Sha256;
import dev.falcon.testing.OnnxFile.Element;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ONNX models as users bring them: graphs small enough to be computed by hand, a tokenizer, and a manifest. Stateless. */
public final class OnnxModels {

    /** In the order of a row of scores. */
    public static final List<String> LABELS = List.of("cold", "mild", "warm");

    /** What the tokenizer knows; a word's place is its token. */
    public static final List<String> WORDS =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "snow", "ice", "rain", "sun", "fire");

    /** A word whose embedding is no number. */
    public static final String BROKEN_WORD = "fire";

    private static final int DIMENSIONS = 2;
    private static final float[] WEIGHTS = {-3, 0.5f, 2, 3, 0, -1};
    private static final float[] BIASES = {0.25f, 0, -0.5f};

    private OnnxModels() {}

    /** A word's embedding. */
    private static float embedding(int token, int dimension) {
        return WORDS.get(token).equals(BROKEN_WORD) ? Float.NaN : (float) Math.sin(token * token + 2.0 * dimension);
    }

    /** The logits that {@link #ofTokens} must give for a text of these tokens, markers included. */
    public static double[] logits(List<Integer> tokens) {
        double[] scores = new double[LABELS.size()];
        for (int label = 0; label < scores.length; label++) {
            scores[label] = BIASES[label];
            for (int d = 0; d < DIMENSIONS; d++) {
                double mean = 0;
                for (int token : tokens) {
                    mean += embedding(token, d) / tokens.size();
                }
                scores[label] += mean * WEIGHTS[d * scores.length + label];
            }
        }
        return scores;
    }

    /** The softmax of scores. */
    public static double[] softmax(double... scores) {
        double sum = 0;
        double[] probabilities = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] = Math.exp(scores[i]);
            sum += probabilities[i];
        }
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /** A mean of embeddings, of the tokens that the mask shows, and a layer on it; names and shapes are the caller's. */
    public static OnnxFile tokensTo(String output) {
        float[] table = new float[WORDS.size() * DIMENSIONS];
        for (int i = 0; i < table.length; i++) {
            table[i] = embedding(i / DIMENSIONS, i % DIMENSIONS);
        }
        return new OnnxFile().weights("table", table, WORDS.size(), DIMENSIONS)
                .weights("weights", WEIGHTS, DIMENSIONS, LABELS.size())
                .weights("biases", BIASES, LABELS.size())
                .axis("second", 1)
                .axis("third", 2)
                .node("Gather", List.of("table", "input_ids"), "each")
                .node("Cast", List.of("attention_mask"), "shown", OnnxFile.whole("to", 1))
                .node("Unsqueeze", List.of("shown", "third"), "shown_deep")
                .node("Mul", List.of("each", "shown_deep"), "masked")
                .node("ReduceSum", List.of("masked", "second"), "sum", OnnxFile.whole("keepdims", 0))
                .node("ReduceSum", List.of("shown", "second"), "count", OnnxFile.whole("keepdims", 1))
                .node("Div", List.of("sum", "count"), "mean")
                .node("MatMul", List.of("mean", "weights"), "product")
                .node("Add", List.of("product", "biases"), output);
    }

    /** The usual graph of tokens: two inputs and one output, named {@code logits}. */
    public static byte[] ofTokens() {
        return tokensTo("logits").input("input_ids", Element.INT64, -1, -1)
                .input("attention_mask", Element.INT64, -1, -1)
                .output("logits", Element.FLOAT, -1, LABELS.size())
                .bytes();
    }

    /** Looks a whole text up among these, and gives a row of numbers; unknown ones get the first row. */
    public static OnnxFile stringsTo(String output, List<String> texts, float[] rows) {
        List<Long> places = texts.stream().map(text -> (long) texts.indexOf(text) + 1).toList();
        return new OnnxFile().weights("rows", rows, texts.size() + 1L, rows.length / (texts.size() + 1L))
                .mlNode("LabelEncoder", List.of("text"), "place", OnnxFile.strings("keys_strings", texts),
                        OnnxFile.wholes("values_int64s", places), OnnxFile.whole("default_int64", 0))
                .node("Gather", List.of("rows", "place"), output);
    }

    /** A tokenizer.json of {@link #WORDS}, whose texts begin with [CLS] and end with [SEP], unless they are not marked. */
    public static byte[] tokenizer(boolean marked) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < WORDS.size(); i++) {
            words.append(i == 0 ? "" : ", ").append('"').append(WORDS.get(i)).append("\": ").append(i);
        }
        String markers = """
                {"type": "TemplateProcessing",
                  "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                  "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                  "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                    "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}}""";
        return """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                 "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": %s,
                 "decoder": null, "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "[UNK]"}}
                """.formatted(marked ? markers : "null", words).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes a model's folder, whose last two names are those of the model and its version.
     *
     * @param tokenizer null: none
     * @param more fields of the manifest, each with a comma before it
     */
    public static Path write(Path model, byte[] graph, byte @Nullable [] tokenizer, String more) throws IOException {
        Files.createDirectories(model);
        Files.write(model.resolve("model.onnx"), graph);
        byte[] all = graph;
        if (tokenizer != null) {
            Files.write(model.resolve("tokenizer.json"), tokenizer);
            all = Arrays.copyOf(graph, graph.length + tokenizer.length);
            System.arraycopy(tokenizer, 0, all, graph.length, tokenizer.length);
        }
        Files.writeString(model.resolve(Manifest.FILE_NAME), String.format(Locale.ROOT, """
                {"format": 1, "kind": "onnx", "name": "%s", "version": "%s", "labels": ["%s"], "digest": "%s"%s}
                """, model.getName(model.getNameCount() - 2), model.getFileName(), String.join("\", \"", LABELS),
                Sha256.hex(all), more));
        return model;
    }
}
