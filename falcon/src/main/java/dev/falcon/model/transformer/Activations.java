package dev.falcon.model.transformer;

/**
 * What one run of a transformer takes for what it computes on the way, in bytes. Attention relates each token of a text to
 * each other one, so this grows with the square of a text's length; the rest of a layer with the length. Pure.
 *
 * @param bytesAPair for two tokens of one text: heads, times {@value #ATTENTION_COPIES} tensors of scores that live at once
 * @param bytesAToken hidden numbers, times {@value #HIDDEN_COPIES}: the layer between is four times as wide, before and behind
 *        its activation, and inputs and residues are kept
 */
record Activations(long bytesAPair, long bytesAToken) {

    private static final int ATTENTION_COPIES = 3;
    private static final int HIDDEN_COPIES = 12;

    static Activations of(int heads, int hidden) {
        return new Activations((long) heads * ATTENTION_COPIES * Float.BYTES,
                (long) hidden * HIDDEN_COPIES * Float.BYTES);
    }

    /**
     * Of the largest run.
     *
     * @param longest tokens of the longest text
     * @param together tokens that texts may have together, with padding; a longer text goes by itself
     */
    long bytes(int longest, int together) {
        long tokens = Math.max(longest, together);
        return tokens * longest * bytesAPair + tokens * bytesAToken;
    }
}
