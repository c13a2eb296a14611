package dev.falcon.inference;

/**
 * Where a text lies among all meanings, to be compared with other embeddings of the same model by their inner product: a
 * vector of length 1. Immutable; the array is owned by the embedding and not copied on the way in.
 */
public final class Embedding {

    private final float[] vector;
    private final boolean truncated;

    /**
     * @param vector handed over to the embedding
     * @param truncated whether the model looked at the text's beginning only, as it was longer than it reads
     */
    public Embedding(float[] vector, boolean truncated) {
        this.vector = vector;
        this.truncated = truncated;
    }

    public int dimensions() {
        return vector.length;
    }

    /** The component at this index, from 0 to {@link #dimensions()} - 1. */
    public float component(int index) {
        return vector[index];
    }

    /** Whether the text was longer than the model reads, so that its end had no say. */
    public boolean truncated() {
        return truncated;
    }
}
