package dev.falcon.model.transformer;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault;
import java.nio.file.Path;
import java.util.List;

/** An encoder in memory, which all of its callers share. Safe for use by many threads; closing waits for those at work. */
final class Encoder implements AutoCloseable {

    /** Tokens of a batch, padding included, whoever makes it: what the memory of a run is made and counted for. */
    static final int BATCH_TOKENS = Settings.Batch.MOST_TOKENS;

    private final EncoderDescription description;
    private final WordPieces tokenizer;
    private final SharedSession<Workspace> session;
    private final int batchTokens;

    private Encoder(EncoderDescription description, WordPieces tokenizer, SharedSession<Workspace> session,
            int batchTokens) {
        this.description = description;
        this.tokenizer = tokenizer;
        this.session = session;
        this.batchTokens = batchTokens;
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
        int batchTokens = batchTokens(shape.maxTokens());
        try {
            return new Encoder(description, tokenizer,
                    SharedSession.open(weights, shape.layout(), () -> new Workspace(batchTokens)), batchTokens);
        } catch (ModelFault e) {
            tokenizer.close();
            throw e;
        }
    }

    static int batchTokens(int maxTokens) {
        return Math.max(BATCH_TOKENS, maxTokens);
    }

    /** Bytes beside the heap that it takes at most. */
    static long nativeBytes(EncoderDescription description, Shape shape) {
        EncoderDescription.Memory memory = description.memory();
        return memory.loaded() + shape.layout().callers()
                * (memory.each(shape.maxTokens(), description.batchInvariant() ? BATCH_TOKENS : 1)
                        + Workspace.bytes(batchTokens(shape.maxTokens())));
    }

    EncoderDescription description() {
        return description;
    }

    ThreadLayout layout() {
        return session.layout();
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
        for (List<Integer> places : Batches.of(texts.stream().map(TokenIds::size).toList(), batchTokens)) {
            float[][] together = together(places.stream().map(texts::get).toList());
            for (int i = 0; i < together.length; i++) {
                embeddings[places.get(i)] = together[i];
            }
        }
        return embeddings;
    }

    /** One run of the session, whatever that does to the embeddings. */
    float[][] together(List<TokenIds> texts) {
        return session.run((environment, graph, workspace) -> workspace.run(environment, graph, texts));
    }

    /** Frees its memory, once nobody is at work. */
    @Override
    public void close() {
        session.close(tokenizer::close);
    }
}
