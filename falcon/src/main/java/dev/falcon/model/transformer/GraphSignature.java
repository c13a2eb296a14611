package dev.falcon.model.transformer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a graph and what comes out of it: told by the graph, and by the manifest where the graph leaves it open.
 *
 * @param inputs names of those for tokens; the one for strings
 * @param ofTokens whether it takes tokens, else strings
 * @param alone whether it takes one text at a time
 * @param width of a row of tokens, or of strings, where the graph fixes it; else 0
 * @param output that holds a row of scores for each text
 * @param columns of that row: one for each label, or of two labels one for the second
 * @param probabilities whether these are probabilities, else logits
 */
record GraphSignature(Set<String> inputs, boolean ofTokens, boolean alone, int width, String output, int columns,
        boolean probabilities) {

    private static final Set<String> FOR_TOKENS = Set.of(TokenMemory.IDS, TokenMemory.MASK, TokenMemory.TYPES);
    private static final String EXPECTED_INPUTS =
            "expected " + TokenMemory.IDS + ", " + TokenMemory.MASK + " and perhaps "
                    + TokenMemory.TYPES + ", each INT64 [texts, tokens], or one input STRING [texts] or [texts, 1]";
    private static final String LOGITS = "logits";
    private static final String PROBABILITIES = "probabilities";

    /** What a graph says, and what is said of it. */
    record Said(Path graph, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs, Path manifestFile,
            Manifest manifest) {

        Manifest.Graph graphSection() {
            return manifest.graph() == null ? new Manifest.Graph(null, null, null) : manifest.graph();
        }

        private ModelFault wrong(String why) {
            return new ModelFault(graph, Reason.WRONG_GRAPH, why);
        }

        private ModelFault unsaid(String why) {
            return new ModelFault(manifestFile, Reason.BAD_MANIFEST, why);
        }
    }

    static GraphSignature of(Said said) throws ModelFault {
        boolean ofTokens = said.inputs().containsKey(TokenMemory.IDS);
        long[] shape = ofTokens ? tokens(said) : strings(said);
        boolean alone = shape[0] == 1;
        if (shape[0] > 1) {
            throw said.wrong("takes " + shape[0] + " texts at a time, no more and no less; " + EXPECTED_INPUTS);
        }
        if (shape.length == 2 && shape[1] > Graphs.MAX_TOKENS) {
            throw said.wrong("takes rows of " + shape[1] + " tokens, more than " + Graphs.MAX_TOKENS);
        }
        int width = shape.length == 2 && shape[1] > 0 ? (int) shape[1] : 0;
        String output = output(said);
        int labels = said.manifest().labels().size();
        return new GraphSignature(Set.copyOf(said.inputs().keySet()), ofTokens, alone, width, output,
                isOfTheSecond(Objects.requireNonNull(said.outputs().get(output)), labels) ? 1 : labels,
                areProbabilities(said, output));
    }

    private static long[] tokens(Said said) throws ModelFault {
        if (!said.inputs().containsKey(TokenMemory.MASK)) {
            throw said.wrong("has no input " + TokenMemory.MASK + "; " + EXPECTED_INPUTS);
        }
        long[] shape = {-1, -1};
        for (Map.Entry<String, NodeInfo> input : said.inputs().entrySet()) {
            TensorInfo tensor = tensor(input.getValue());
            if (!FOR_TOKENS.contains(input.getKey()) || tensor == null || tensor.type != OnnxJavaType.INT64
                    || tensor.getShape().length != 2) {
                throw said.wrong(unexpectedInput(input.getValue()));
            }
            for (int i = 0; i < 2; i++) {
                long size = tensor.getShape()[i];
                if (size > 0 && shape[i] > 0 && size != shape[i]) {
                    throw said.wrong("its inputs differ in shape: " + shown(input.getValue()) + " beside "
                            + Arrays.toString(shape));
                }
                shape[i] = Math.max(shape[i], size);
            }
        }
        return shape;
    }

    private static long[] strings(Said said) throws ModelFault {
        for (NodeInfo input : said.inputs().values()) {
            TensorInfo tensor = tensor(input);
            if (said.inputs().size() == 1 && tensor != null && tensor.type == OnnxJavaType.STRING
                    && (tensor.getShape().length == 1
                            || (tensor.getShape().length == 2 && tensor.getShape()[1] == 1))) {
                return tensor.getShape();
            }
        }
        throw said.wrong(said.inputs().isEmpty() ? "has no input; " + EXPECTED_INPUTS
                : unexpectedInput(said.inputs().values().iterator().next()));
    }

    private static String unexpectedInput(NodeInfo input) {
        return "has the input " + shown(input) + "; " + EXPECTED_INPUTS;
    }

    private static String output(Said said) throws ModelFault {
        String named = said.graphSection().output();
        int labels = said.manifest().labels().size();
        String expected = "expected FLOAT [texts, " + labels + "], a column for each label"
                + (labels == 2 ? ", or FLOAT [texts, 1] for the second" : "");
        if (named != null) {
            NodeInfo output = said.outputs().get(named);
            if (output == null) {
                throw said
                        .unsaid("field \"graph.output\" names \"" + named + "\", but the outputs of " + GraphFiles.GRAPH
                                + " are " + shown(said.outputs()));
            }
            if (!fits(output, labels) && !isOfTheSecond(output, labels)) {
                throw said.wrong("has the output " + shown(output) + "; " + expected);
            }
            return named;
        }
        List<String> fitting = names(said.outputs(), output -> fits(output, labels));
        if (fitting.isEmpty()) {
            fitting = names(said.outputs(), output -> isOfTheSecond(output, labels));
        }
        if (fitting.isEmpty()) {
            throw said.wrong("has the outputs " + shown(said.outputs()) + "; " + expected);
        }
        if (fitting.size() > 1) {
            throw said.unsaid("field \"graph.output\" is missing, and several outputs of " + GraphFiles.GRAPH
                    + " could be meant: " + shown(said.outputs()));
        }
        return fitting.getFirst();
    }

    private static List<String> names(Map<String, NodeInfo> outputs, Predicate<NodeInfo> fit) {
        return outputs.values().stream().filter(fit).map(NodeInfo::getName).toList();
    }

    /** What is trained on yes and no often tells of yes alone. */
    private static boolean isOfTheSecond(NodeInfo output, int labels) {
        TensorInfo tensor = tensor(output);
        return labels == 2 && tensor != null && tensor.type == OnnxJavaType.FLOAT && tensor.getShape().length == 2
                && tensor.getShape()[1] == 1;
    }

    /** Sizes that the graph leaves open are left to a run. */
    private static boolean fits(NodeInfo output, int labels) {
        TensorInfo tensor = tensor(output);
        if (tensor == null || tensor.type != OnnxJavaType.FLOAT) {
            return false;
        }
        long[] shape = tensor.getShape();
        return shape.length == 0 || (shape.length == 2 && (shape[1] < 0 || shape[1] == labels));
    }

    /** What everybody calls them needs not be said. */
    private static boolean areProbabilities(Said said, String output) throws ModelFault {
        String scores = said.graphSection().scores();
        if (scores == null) {
            String name = output.toLowerCase(Locale.ROOT);
            if (name.contains("logit") == name.contains("probabilit")) {
                throw said
                        .unsaid("field \"graph.scores\" is missing: is the output \"" + output + "\" " + LOGITS + " or "
                                + PROBABILITIES + "?");
            }
            return name.contains("probabilit");
        }
        if (!scores.equals(LOGITS) && !scores.equals(PROBABILITIES)) {
            throw said.unsaid(
                    "field \"graph.scores\" must be \"" + LOGITS + "\" or \"" + PROBABILITIES + "\", not \"" + scores
                            + "\"");
        }
        return scores.equals(PROBABILITIES);
    }

    private static @Nullable TensorInfo tensor(NodeInfo node) {
        return node.getInfo() instanceof TensorInfo tensor ? tensor : null;
    }

    private static String shown(Map<String, NodeInfo> nodes) {
        return nodes.values().stream().map(GraphSignature::shown).collect(Collectors.joining(" and "));
    }

    /** A size that the graph leaves open is shown as -1, as ONNX Runtime tells it. */
    private static String shown(NodeInfo node) {
        TensorInfo tensor = tensor(node);
        return node.getName() + " "
                + (tensor == null
                        ? "(" + node.getInfo().getClass().getSimpleName().replace("Info", "").toLowerCase(Locale.ROOT)
                                + ", no tensor)"
                        : tensor.type + " " + Arrays.toString(tensor.getShape()));
    }
}
