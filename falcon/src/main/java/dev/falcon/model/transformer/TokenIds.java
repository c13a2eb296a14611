package dev.falcon.model.transformer;

/** A text as an encoder's tokens, those that mark beginning and end included; at most as many as it reads. Immutable. */
final class TokenIds {

    private final long[] ids;
    private final boolean truncated;

    private TokenIds(long[] ids, boolean truncated) {
        this.ids = ids;
        this.truncated = truncated;
    }

    /**
     * The first tokens of a text, with its last one, which marks the end, behind them.
     *
     * @param all handed over
     */
    static TokenIds of(long[] all, int max) {
        if (all.length <= max) {
            return new TokenIds(all, false);
        }
        long[] first = new long[max];
        System.arraycopy(all, 0, first, 0, max - 1);
        first[max - 1] = all[all.length - 1];
        return new TokenIds(first, true);
    }

    int size() {
        return ids.length;
    }

    long id(int index) {
        return ids[index];
    }

    /** Whether the text had more. */
    boolean truncated() {
        return truncated;
    }
}
