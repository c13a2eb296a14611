package dev.falcon.model.transformer;

import java.util.List;

/**
 * What tells labels apart by an embedding: a row of weights and a bias for each, and the softmax of their scores. A text's
 * probabilities follow from its embedding alone. Immutable.
 */
final class Head {

    private final List<String> labels;
    private final float[][] weights;
    private final float[] biases;

    /**
     * @param weights a row of {@link EncoderDescription#DIMENSIONS} numbers for each label; handed over
     * @param biases one for each label; handed over
     */
    Head(List<String> labels, float[][] weights, float[] biases) {
        if (weights.length != labels.size() || biases.length != labels.size()) {
            throw new IllegalArgumentException("sizes do not fit");
        }
        this.labels = List.copyOf(labels);
        this.weights = weights;
        this.biases = biases;
    }

    List<String> labels() {
        return labels;
    }

    float weight(int label, int dimension) {
        return weights[label][dimension];
    }

    float bias(int label) {
        return biases[label];
    }

    /** What speaks for each label, on an open scale. */
    double[] scores(float[] embedding) {
        double[] scores = new double[biases.length];
        for (int label = 0; label < scores.length; label++) {
            scores[label] = biases[label] + product(weights[label], embedding);
        }
        return scores;
    }

    /** A probability for each label. */
    double[] probabilities(float[] embedding) {
        return Softmax.of(scores(embedding));
    }

    /** Four sums, as one would make each addition wait for the one before. */
    private static double product(float[] a, float[] b) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        for (int i = 0; i < a.length; i += 4) {
            first += (double) a[i] * b[i];
            second += (double) a[i + 1] * b[i + 1];
            third += (double) a[i + 2] * b[i + 2];
            fourth += (double) a[i + 3] * b[i + 3];
        }
        return (first + second) + (third + fourth);
    }
}
