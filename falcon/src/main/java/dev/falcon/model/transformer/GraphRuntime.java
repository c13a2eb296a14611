package dev.falcon.model.transformer;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Serves an ONNX graph of the user's own, as its manifest says: tokens or strings in, logits or probabilities out. Safe for
 * use by many threads.
 */
public final class GraphRuntime implements ModelRuntime {

    /** The manifest's kind of the models that this runtime serves. */
    public static final String KIND = "onnx";

    private static final String TEXT = "The service was quick and friendly, and I would come back any time.";
    private static final int WORDS_OF_LONG = 64;
    private static final double SAME = 1e-5;

    private final Graph graph;
    private final List<String> labels;
    private final ModelId id;
    private final boolean batchInvariant;

    private GraphRuntime(Graphs.Loaded loaded, Manifest manifest) {
        this.graph = loaded.graph();
        this.labels = List.copyOf(manifest.labels());
        this.id = id(manifest, loaded);
        this.batchInvariant = manifest.batchInvariant();
    }

    /** Verifies and loads the graph beside a manifest, and tries it on a short and a long text, and in batches if it is to have any. */
    public static GraphRuntime load(Path directory, Manifest manifest, Graphs graphs) throws ModelFault {
        Graphs.Loaded loaded = graphs.load(directory, manifest);
        GraphRuntime runtime = new GraphRuntime(loaded, manifest);
        try {
            runtime.tryOut(directory, loaded.maxTokens());
            return runtime;
        } catch (ModelFault | RuntimeException | Error e) {
            graphs.discard(loaded.graph());
            throw e;
        }
    }

    /** The files are not all that determines answers, and equal answers are what a digest stands for. */
    private static ModelId id(Manifest manifest, Graphs.Loaded loaded) {
        String all = String.join("\n", manifest.digest(), loaded.graph().signature().output(),
                String.valueOf(loaded.graph().signature().probabilities()), String.valueOf(loaded.maxTokens()),
                String.join("\n", manifest.labels()));
        return new ModelId(manifest.name(), manifest.version(), Sha256.hex(all.getBytes(StandardCharsets.UTF_8)));
    }

    private void tryOut(Path directory, int maxTokens) throws ModelFault {
        Path file = directory.resolve(GraphFiles.GRAPH);
        tried(file, graph.prepare(TEXT), "a plain sentence");
        GraphPrepared longest = graph.prepare(words(Math.max(WORDS_OF_LONG, maxTokens)));
        tried(file, longest, longest.tokens() == null
                ? "a long text"
                : "a text of " + longest.tokens().size()
                        + " tokens (\"graph.max_tokens\" says how many it may be given)");
        if (batchInvariant) {
            tryOutBatches(directory.resolve(Manifest.FILE_NAME));
        }
    }

    private void tryOutBatches(Path manifest) throws ModelFault {
        try {
            if (!answersAsAlone(unequal()) || !answersAsAlone(severalShort())) {
                throw new ModelFault(manifest, Reason.BAD_MANIFEST,
                        "field \"batch_invariant\" is true, but an answer was another one in a batch than alone");
            }
        } catch (IllegalStateException e) {
            throw new ModelFault(manifest, Reason.BAD_MANIFEST,
                    "field \"batch_invariant\" is true, but " + GraphFiles.GRAPH + " fails on a batch: "
                            + e.getMessage(),
                    e);
        }
    }

    private static String words(int number) {
        return "word ".repeat(number);
    }

    /** A plain text, and about the longest that can share its run: most of the row that the plain one gets is padding. */
    private List<Prepared> unequal() {
        int words = Encoder.BATCH_TOKENS / 2;
        Prepared mate = prepare(words(words));
        // A word may be several tokens. Where the graph fixes a width that no two texts fit into, none ever share a run.
        while (2 * mate.costTokens() > Encoder.BATCH_TOKENS && words > 1) {
            words -= 1 + words / 8;
            mate = prepare(words(words));
        }
        return List.of(prepare(TEXT), mate);
    }

    private List<Prepared> severalShort() {
        return List.of(prepare(TEXT), prepare(words(1)), prepare("Never again."), prepare(words(9)),
                prepare(TEXT + TEXT),
                prepare("Where is my parcel?"));
    }

    private boolean answersAsAlone(List<Prepared> texts) {
        return areAlike(predict(texts), texts.stream().map(text -> predict(List.of(text)).getFirst()).toList());
    }

    private void tried(Path file, Prepared text, String what) throws ModelFault {
        try {
            predict(List.of(text));
        } catch (IllegalStateException e) {
            throw new ModelFault(file, Reason.WRONG_GRAPH, "fails on " + what + ": " + e.getMessage(), e);
        }
    }

    private static boolean areAlike(List<Prediction> some, List<Prediction> others) {
        for (int i = 0; i < some.size(); i++) {
            for (int label = 0; label < some.get(i).labels().size(); label++) {
                if (!(Math.abs(some.get(i).probability(label) - others.get(i).probability(label)) <= SAME)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public ModelId id() {
        return id;
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public boolean batchInvariant() {
        return batchInvariant;
    }

    @Override
    public boolean callsNativeCode() {
        return true;
    }

    @Override
    public Prepared prepare(String text) {
        return graph.prepare(text);
    }

    @Override
    public List<Prediction> predict(List<Prepared> texts) {
        List<GraphPrepared> own = texts.stream().map(this::own).toList();
        Prediction[] predictions = new Prediction[own.size()];
        int together = batchInvariant && !graph.signature().alone() ? Encoder.BATCH_TOKENS : 1;
        for (List<Integer> places : Batches.of(own.stream().map(GraphPrepared::costTokens).toList(), together)) {
            float[][] rows = graph.run(places.stream().map(own::get).toList());
            for (int i = 0; i < rows.length; i++) {
                GraphPrepared text = own.get(places.get(i));
                predictions[places.get(i)] = new Prediction(labels, probabilities(rows[i]), text.truncated());
            }
        }
        return new ArrayList<>(Arrays.asList(predictions));
    }

    private GraphPrepared own(Prepared text) {
        if (text instanceof GraphPrepared prepared && prepared.graph() == graph) {
            return prepared;
        }
        throw new IllegalArgumentException("a text that another runtime prepared");
    }

    private double[] probabilities(float[] row) {
        // A row may tell of the last label alone: then its probability is the logit's sigmoid, a softmax with 0 beside it.
        int untold = labels.size() - row.length;
        double[] scores = new double[labels.size()];
        for (int label = untold; label < scores.length; label++) {
            scores[label] = row[label - untold];
            if (!Double.isFinite(scores[label])) {
                throw new IllegalStateException("the output \"" + graph.signature().output() + "\" holds "
                        + row[label - untold] + " for the label \"" + labels.get(label) + "\"");
            }
        }
        if (!graph.signature().probabilities()) {
            return Softmax.of(scores);
        }
        if (untold > 0) {
            scores[0] = 1 - scores[untold];
        }
        return Softmax.normalised(scores);
    }
}
