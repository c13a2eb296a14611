package dev.falcon.model.transformer;

import java.util.List;

/** A text as an encoder's tokens, those that mark beginning and end included; at most as many as it reads. Immutable. */
final class TokenIds {

    private final long[] ids;
    private final boolean truncated;

    private TokenIds(long[] ids, boolean truncated) {
        this.ids = ids;
        this.truncated = truncated;
    }

    /** All of a text's tokens.
     *
     * @param all handed over
     */
    static TokenIds whole(long[] all) {
        return new TokenIds(all, false);
    }

    /**
     * The first tokens of a text that has more, with those that mark its end behind them.
     *
     * @param end so many, fewer than {@code max}
     */
    static TokenIds cut(long[] all, int max, int end) {
        long[] first = new long[max];
        System.arraycopy(all, 0, first, 0, max - end);
        System.arraycopy(all, all.length - end, first, max - end, end);
        return new TokenIds(first, true);
    }

    /** Tokens of the longest of the texts. */
    static int longest(List<TokenIds> texts) {
        int longest = 0;
        for (TokenIds text : texts) {
            longest = Math.max(longest, text.size());
        }
        return longest;
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
