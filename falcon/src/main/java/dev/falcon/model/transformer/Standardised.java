package dev.falcon.model.transformer;

import java.util.List;

/**
 * A training set as numbers: embeddings moved to mean 0 and scaled, all dimensions alike, to variance 1 on average. An
 * encoder's embeddings all point in much the same direction; without that common part a solver gets there sooner, and the
 * strength of a regularisation means the same for every encoder. Confined to one training.
 */
final class Standardised {

    /** Examples of a block, whose numbers a core's cache holds. */
    static final int BLOCK = 64;

    private final int size;
    private final float[] mean;
    private final float scale;
    /** Row by row, an example each; the last block is filled up with zeros. */
    private final float[] rows;
    /** Within each block dimension by dimension, so that the same operation meets neighbours in memory. */
    private final float[] columns;

    Standardised(List<float[]> embeddings) {
        int dimensions = EncoderDescription.DIMENSIONS;
        size = embeddings.size();
        double[] sum = new double[dimensions];
        for (float[] embedding : embeddings) {
            for (int d = 0; d < dimensions; d++) {
                sum[d] += embedding[d];
            }
        }
        mean = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = (float) (sum[d] / size);
        }
        double squares = 0;
        for (float[] embedding : embeddings) {
            for (int d = 0; d < dimensions; d++) {
                double distance = embedding[d] - mean[d];
                squares += distance * distance;
            }
        }
        scale = squares > 0 ? (float) Math.sqrt((double) size * dimensions / squares) : 1;
        rows = new float[blocks() * BLOCK * dimensions];
        columns = new float[rows.length];
        for (int i = 0; i < size; i++) {
            int block = i / BLOCK * BLOCK * dimensions;
            for (int d = 0; d < dimensions; d++) {
                float value = (embeddings.get(i)[d] - mean[d]) * scale;
                rows[i * dimensions + d] = value;
                columns[block + d * BLOCK + i % BLOCK] = value;
            }
        }
    }

    int size() {
        return size;
    }

    int blocks() {
        return (size + BLOCK - 1) / BLOCK;
    }

    /** Examples of a block: as many as fit, but for the last one. */
    int sizeOf(int block) {
        return Math.min(BLOCK, size - block * BLOCK);
    }

    /**
     * Adds, for each example of a block, the product of its numbers with the weights from {@code weightsFrom} on.
     *
     * @param sums {@link #BLOCK} of them, from {@code sumsFrom} on
     */
    void addProducts(int block, float[] weights, int weightsFrom, Sums sums) {
        float[] target = sums.values();
        int to = sums.from();
        int from = block * BLOCK * EncoderDescription.DIMENSIONS;
        for (int d = 0; d < EncoderDescription.DIMENSIONS; d += 4) {
            float first = weights[weightsFrom + d];
            float second = weights[weightsFrom + d + 1];
            float third = weights[weightsFrom + d + 2];
            float fourth = weights[weightsFrom + d + 3];
            int at = from + d * BLOCK;
            for (int i = 0; i < BLOCK; i++) {
                target[to + i] += first * columns[at + i] + second * columns[at + BLOCK + i]
                        + third * columns[at + 2 * BLOCK + i] + fourth * columns[at + 3 * BLOCK + i];
            }
        }
    }

    /**
     * Adds the block's rows, each times its factor.
     *
     * @param factors {@link #BLOCK} of them; 0 for what is past the last example
     * @param sums {@link EncoderDescription#DIMENSIONS} of them
     */
    void addRows(int block, float[] factors, int factorsFrom, Sums sums) {
        float[] target = sums.values();
        int to = sums.from();
        int dimensions = EncoderDescription.DIMENSIONS;
        for (int i = 0; i < BLOCK; i += 4) {
            float first = factors[factorsFrom + i];
            float second = factors[factorsFrom + i + 1];
            float third = factors[factorsFrom + i + 2];
            float fourth = factors[factorsFrom + i + 3];
            int at = (block * BLOCK + i) * dimensions;
            for (int d = 0; d < dimensions; d++) {
                target[to + d] += first * rows[at + d] + second * rows[at + dimensions + d]
                        + third * rows[at + 2 * dimensions + d] + fourth * rows[at + 3 * dimensions + d];
            }
        }
    }

    /** Where sums are added up. */
    static final class Sums {
        private final float[] values;
        private final int from;

        Sums(float[] values, int from) {
            this.values = values;
            this.from = from;
        }

        float[] values() {
            return values;
        }

        int from() {
            return from;
        }
    }

    /**
     * The head that does to embeddings what these parameters do to the numbers here.
     *
     * @param parameters for each label its weights and its bias
     * @param temperature that the scores are divided by
     */
    Head head(List<String> labels, double[] parameters, double temperature) {
        int stride = EncoderDescription.DIMENSIONS + 1;
        float[][] weights = new float[labels.size()][EncoderDescription.DIMENSIONS];
        float[] biases = new float[labels.size()];
        for (int label = 0; label < labels.size(); label++) {
            double bias = parameters[label * stride + EncoderDescription.DIMENSIONS];
            for (int d = 0; d < EncoderDescription.DIMENSIONS; d++) {
                double weight = parameters[label * stride + d] * scale;
                weights[label][d] = (float) (weight / temperature);
                bias -= weight * mean[d];
            }
            biases[label] = (float) (bias / temperature);
        }
        return new Head(labels, weights, biases);
    }
}
