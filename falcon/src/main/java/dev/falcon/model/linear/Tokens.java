package dev.falcon.model.linear;

/** The words of one text as spans of one buffer, so that looking them up makes no strings. Immutable. */
final class Tokens {

    private final char[] chars;
    private final int[] starts;
    private final int[] ends;
    private final boolean[] joined;
    private final int count;

    /** The arrays are handed over; the last three say something of the first {@code count} words. */
    Tokens(char[] chars, int[] starts, int[] ends, boolean[] joined, int count) {
        this.chars = chars;
        this.starts = starts;
        this.ends = ends;
        this.joined = joined;
        this.count = count;
    }

    /** How many words there are. */
    int count() {
        return count;
    }

    /** Whether the word and the one before it make a 2-gram: no punctuation stands between them. */
    boolean joined(int i) {
        return joined[i];
    }

    int lengthChars(int i) {
        return ends[i] - starts[i];
    }

    /** The word's number in the table, or {@link TokenTable#UNKNOWN}. */
    int numberIn(TokenTable table, int i) {
        return table.find(chars, starts[i], ends[i]);
    }

    /** The word as a string, for training. */
    String word(int i) {
        return new String(chars, starts[i], lengthChars(i));
    }
}
