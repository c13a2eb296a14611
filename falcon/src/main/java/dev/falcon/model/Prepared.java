package dev.falcon.model;

/**
 * One text made ready by the runtime that will answer it: tokenised, with its cost. Immutable, so it may cross from the
 * request's thread to a batcher's. Only the runtime that made it can predict it.
 */
public abstract class Prepared {

    private final int costTokens;

    /** @param costTokens the work it stands for, in the runtime's own tokens; 0 for a text without any */
    protected Prepared(int costTokens) {
        this.costTokens = costTokens;
    }

    /** The work it stands for, in the runtime's own tokens. */
    public final int costTokens() {
        return costTokens;
    }
}
