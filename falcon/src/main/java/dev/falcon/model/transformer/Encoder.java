package dev.falcon.model.transformer;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * An encoder in memory: one session of ONNX Runtime, which all of its callers share. As many of them compute at once as the
 * {@link ThreadLayout} says; others wait in the order they came. Safe for use by many threads; closing waits for those at
 * work.
 */
final class Encoder implements AutoCloseable {

    /** Tokens of a batch, padding included: bounds its memory, and no CPU gains from more. */
    static final int BATCH_TOKENS = 1024;

    private static final long CLOSE_PATIENCE_SECONDS = 10;

    private final EncoderDescription description;
    private final WordPieces tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final ThreadLayout layout;
    private final int batchTokens;
    private final Semaphore turns;
    private final Queue<Workspace> workspaces = new ConcurrentLinkedQueue<>();

    private Encoder(EncoderDescription description, WordPieces tokenizer, OrtSession session, Shape shape) {
        this.description = description;
        this.tokenizer = tokenizer;
        this.environment = OrtEnvironment.getEnvironment();
        this.session = session;
        this.layout = shape.layout();
        this.batchTokens = batchTokens(shape.maxTokens());
        this.turns = new Semaphore(layout.callers(), true);
        for (int i = 0; i < layout.callers(); i++) {
            workspaces.add(new Workspace(batchTokens));
        }
    }

    /**
     * How it is run.
     *
     * @param maxTokens that it reads of a text
     */
    record Shape(ThreadLayout layout, int maxTokens) {}

    /** Loads it; its files and libraries are unpacked first where they are not yet. */
    static Encoder load(EncoderDescription description, CacheFolder cache, Shape shape) throws ModelFault {
        Natives.load(cache);
        Path weights = cache.verified(description.weights());
        WordPieces tokenizer = WordPieces.read(cache.verified(description.tokenizer()), shape.maxTokens());
        try {
            return new Encoder(description, tokenizer, session(weights, shape.layout()), shape);
        } catch (OrtException e) {
            tokenizer.close();
            throw new ModelFault(weights, Reason.CORRUPT, "ONNX Runtime cannot load it: " + e.getMessage(), e);
        } catch (UnsatisfiedLinkError e) {
            tokenizer.close();
            throw new ModelFault(weights, Reason.NOT_UNPACKED, "ONNX Runtime cannot be loaded: " + e.getMessage(), e);
        }
    }

    /** A caller that waits would only spin away another one's core. Plans of memory would be kept for each length of text. */
    private static OrtSession session(Path weights, ThreadLayout layout) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(layout.threadsEach());
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            options.setMemoryPatternOptimization(false);
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "falcon")
                    .createSession(weights.toString(), options);
        }
    }

    private static int batchTokens(int maxTokens) {
        return Math.max(BATCH_TOKENS, maxTokens);
    }

    /** Bytes beside the heap that it takes at most. */
    static long nativeBytes(EncoderDescription description, Shape shape) {
        EncoderDescription.Memory memory = description.memory();
        return memory.loaded() + shape.layout().callers()
                * (memory.each() + Workspace.bytes(batchTokens(shape.maxTokens())));
    }

    EncoderDescription description() {
        return description;
    }

    ThreadLayout layout() {
        return layout;
    }

    TokenIds tokenize(String text) {
        return tokenizer.tokenize(text);
    }

    float[] embed(TokenIds text) {
        return together(List.of(text))[0];
    }

    /**
     * Embeddings in the order of the texts: one at a time, or in batches of like lengths, whichever gives each the embedding
     * that it has alone.
     */
    float[][] embedAll(List<TokenIds> texts) {
        float[][] embeddings = new float[texts.size()][];
        if (!description.batchInvariant()) {
            for (int i = 0; i < embeddings.length; i++) {
                embeddings[i] = embed(texts.get(i));
            }
            return embeddings;
        }
        List<Integer> byLength = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> texts.get(i).size()))
                .toList();
        int from = 0;
        while (from < byLength.size()) {
            int to = from + 1;
            while (to < byLength.size()
                    && (to + 1 - from) * texts.get(byLength.get(to)).size() <= batchTokens) {
                to++;
            }
            List<TokenIds> batch = new ArrayList<>();
            for (int i : byLength.subList(from, to)) {
                batch.add(texts.get(i));
            }
            float[][] together = together(batch);
            for (int i = from; i < to; i++) {
                embeddings[byLength.get(i)] = together[i - from];
            }
            from = to;
        }
        return embeddings;
    }

    /** One run of the session, whatever that does to the embeddings. */
    float[][] together(List<TokenIds> texts) {
        turns.acquireUninterruptibly();
        Workspace workspace = Objects.requireNonNull(workspaces.poll(), "a workspace for each turn");
        try {
            return workspace.run(environment, session, texts);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed on " + texts.size() + " texts: " + e.getMessage(), e);
        } finally {
            workspaces.add(workspace);
            turns.release();
        }
    }

    /** Frees its memory, unless someone is still at work after a while: then it stays, as taking it away would crash them. */
    @Override
    public void close() {
        try {
            if (turns.tryAcquire(layout.callers(), CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                session.close();
                tokenizer.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OrtException e) {
            throw new IllegalStateException("an encoder cannot be closed", e);
        }
    }
}
