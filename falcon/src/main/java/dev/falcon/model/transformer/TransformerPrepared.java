package dev.falcon.model.transformer;

import dev.falcon.model.Prepared;
import org.jspecify.annotations.Nullable;

/**
 * A text's tokens, and its embedding once some model has asked for it: several models of one encoder that are given the same
 * prepared text one after the other have it embedded once. Safe for use by many threads: those that are given it at the same
 * moment may each embed it, and get the same.
 */
final class TransformerPrepared extends Prepared {

    private final Encoder encoder;
    private final TokenIds tokens;
    private volatile float @Nullable [] embedding;

    TransformerPrepared(Encoder encoder, TokenIds tokens) {
        super(tokens.size(), tokens.truncated());
        this.encoder = encoder;
        this.tokens = tokens;
    }

    @Override
    public boolean isWorked() {
        return embedding != null;
    }

    Encoder encoder() {
        return encoder;
    }

    TokenIds tokens() {
        return tokens;
    }

    /** Null until it is known; not to be changed. */
    float @Nullable [] embedding() {
        return embedding;
    }

    /** @param known handed over; whoever computes it gets the same */
    void embedded(float[] known) {
        embedding = known;
    }
}
