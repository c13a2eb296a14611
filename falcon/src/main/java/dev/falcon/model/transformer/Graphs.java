package dev.falcon.model.transformer;

import dev.falcon.config.Settings;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The graphs of one process' ONNX models. Safe for use by many threads. */
public final class Graphs implements AutoCloseable {

    /** Of a text, or of a row of a graph of fixed width. */
    static final int MAX_TOKENS = 8192;

    private static final long MB = 1024 * 1024;
    /** ONNX Runtime's own code and tables, once for each graph to be on the safe side. */
    private static final long LOADED = 48 * MB;
    /** Of a graph's file, read, unpacked and laid out for the processor: 2.1 were seen (docs/ONNX.md). */
    private static final int COPIES_OF_GRAPH = 3;
    /** Of a tokenizer's file: words and their tables. */
    private static final int COPIES_OF_TOKENIZER = 16;
    /** What a caller takes besides its activations: a share of the weights, but so much of a small graph. */
    private static final int SHARE_OF_A_CALLER = 2;
    private static final long CALLER_AT_LEAST = 32 * MB;
    /** A file does not tell its layers' shape: taken to be as those of the largest usual encoders. */
    private static final Activations LARGE = Activations.of(16, 1024);

    private final CacheFolder cache;
    private final ThreadLayout layout;
    private final int usualMaxTokens;
    private final List<Graph> loaded = new ArrayList<>();

    /** @param cores processors that inferences may use */
    public Graphs(Settings.Encoding settings, int cores) {
        this.cache = new CacheFolder(settings.cacheDir());
        this.layout = ThreadLayout.of(cores);
        this.usualMaxTokens = settings.maxTokens();
    }

    /**
     * Bytes beside the heap that the ONNX model of this directory takes at most, if its layers are no larger than those of
     * a BERT-large; loads nothing.
     */
    public long nativeBytes(Path directory, Manifest manifest) {
        GraphFiles files = GraphFiles.in(directory);
        long graph = GraphFiles.size(files.graph());
        long caller = Math.max(CALLER_AT_LEAST, graph / SHARE_OF_A_CALLER);
        if (files.tokenizer() != null) {
            int together = manifest.batchInvariant() ? Encoder.BATCH_TOKENS : 1;
            caller = Math.max(caller, LARGE.bytes(longest(files, manifest), together))
                    + TokenMemory.bytes(MAX_TOKENS);
        }
        return LOADED + COPIES_OF_GRAPH * graph + COPIES_OF_TOKENIZER * GraphFiles.size(files.tokenizer())
                + layout.callers() * caller;
    }

    /** Tokens of the longest row that the graph is given: a fixed width is computed whole, however short a text. */
    private int longest(GraphFiles files, Manifest manifest) {
        Integer said = manifest.graph() == null ? null : manifest.graph().maxTokens();
        return Math.max(GraphWidth.of(files.graph()), said == null ? usualMaxTokens : Math.clamp(said, 1, MAX_TOKENS));
    }

    /** A graph, and how much it reads of a text; 0 tokens where it takes strings. */
    record Loaded(Graph graph, int maxTokens) {}

    /** Verifies and loads a model's graph and tokenizer. */
    Loaded load(Path directory, Manifest manifest) throws ModelFault {
        GraphFiles files = GraphFiles.verified(directory, manifest);
        Natives.load(cache);
        // The width of its rows is known only once it is loaded, so every caller's memory is made for the widest.
        SharedSession<TokenMemory> session = SharedSession.open(files.graph(), layout,
                () -> new TokenMemory(files.tokenizer() == null ? 0 : MAX_TOKENS));
        WordPieces tokenizer = null;
        try {
            GraphSignature signature = GraphSignature.of(new GraphSignature.Said(files.graph(), session.inputs(),
                    session.outputs(), directory.resolve(Manifest.FILE_NAME), manifest));
            checkTokenizer(signature, files);
            int maxTokens =
                    signature.ofTokens() ? maxTokens(signature, directory, manifest) : noTokens(directory, manifest);
            tokenizer = files.tokenizer() == null ? null : WordPieces.read(files.tokenizer(), maxTokens);
            Graph graph = new Graph(signature, session, tokenizer, manifest.labels().size());
            keep(graph);
            return new Loaded(graph, maxTokens);
        } catch (ModelFault | RuntimeException | Error e) {
            close(session, tokenizer);
            throw e;
        }
    }

    private static void close(SharedSession<TokenMemory> session, @Nullable WordPieces tokenizer) {
        session.close(() -> {
            if (tokenizer != null) {
                tokenizer.close();
            }
        });
    }

    private static void checkTokenizer(GraphSignature signature, GraphFiles files) throws ModelFault {
        if (signature.ofTokens() && files.tokenizer() == null) {
            throw new ModelFault(files.graph().resolveSibling(GraphFiles.TOKENIZER), Reason.MISSING,
                    "there is no such file, but " + GraphFiles.GRAPH + " takes " + TokenMemory.IDS);
        }
        if (!signature.ofTokens() && files.tokenizer() != null) {
            throw new ModelFault(files.tokenizer(), Reason.WRONG_GRAPH,
                    "is not used: " + GraphFiles.GRAPH + " takes strings; take one of the two away");
        }
    }

    private int maxTokens(GraphSignature signature, Path directory, Manifest manifest) throws ModelFault {
        int most = signature.width() == 0 ? MAX_TOKENS : Math.min(MAX_TOKENS, signature.width());
        Integer said = manifest.graph() == null ? null : manifest.graph().maxTokens();
        if (said == null) {
            return Math.min(most, usualMaxTokens);
        }
        if (said < 1 || said > most) {
            throw new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.BAD_MANIFEST,
                    "field \"graph.max_tokens\" is " + said + ", but must be 1 to " + most
                            + (signature.width() == 0 ? "" : ", the width of the graph's inputs"));
        }
        return said;
    }

    private static int noTokens(Path directory, Manifest manifest) throws ModelFault {
        if (manifest.graph() != null && manifest.graph().maxTokens() != null) {
            throw new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.BAD_MANIFEST,
                    "field \"graph.max_tokens\" is there, but " + GraphFiles.GRAPH + " takes strings");
        }
        return 0;
    }

    private synchronized void keep(Graph graph) {
        loaded.add(graph);
    }

    /** Frees a graph's memory; its model is not to be asked any more. */
    void discard(Graph graph) {
        synchronized (this) {
            loaded.remove(graph);
        }
        graph.close();
    }

    /** Frees the graphs' memory; their models are not to be asked any more. */
    @Override
    public synchronized void close() {
        List<Graph> all = List.copyOf(loaded);
        loaded.clear();
        all.forEach(Graph::close);
    }
}
