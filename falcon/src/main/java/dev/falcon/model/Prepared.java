package dev.falcon.model;

/**
 * One text made ready by the runtime that will answer it: tokenised, with its cost. Immutable as far as anyone can see, so it
 * may cross from the request's thread to a batcher's. Only runtimes of the preparation that made it can predict it.
 */
public abstract class Prepared {

    private final int costTokens;
    private final boolean truncated;

    /** @param costTokens the work it stands for, in the runtime's own tokens; 0 for a text without any */
    protected Prepared(int costTokens) {
        this(costTokens, false);
    }

    /** @param truncated whether the text's end was cut off, as longer than the runtime reads */
    protected Prepared(int costTokens, boolean truncated) {
        this.costTokens = costTokens;
        this.truncated = truncated;
    }

    /** The work it stands for, in the runtime's own tokens. */
    public final int costTokens() {
        return costTokens;
    }

    /**
     * Whether what takes most of the work, and is the same for all runtimes of its preparation, is done: predicting it takes
     * microseconds then, whichever of them does.
     */
    public boolean isWorked() {
        return false;
    }

    /** Whether the text is longer than the runtime reads, so that its end has no say in the answer. */
    public final boolean truncated() {
        return truncated;
    }
}
