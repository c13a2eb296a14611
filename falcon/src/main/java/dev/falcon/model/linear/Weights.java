package dev.falcon.model.linear;

import dev.falcon.inference.Prediction;
import java.util.List;
import java.util.stream.IntStream;

/**
 * All that determines the answers of a linear model. The score of a label is its bias plus the product of its weights with
 * the text's vector: for each n-gram (1 + ln tf) · idf, the whole divided by its Euclidean length (Manning, Raghavan and
 * Schütze, "Introduction to Information Retrieval", 6.4). Immutable; safe for use by many threads.
 */
final class Weights {

    private final List<String> labels;
    private final Vocabulary vocabulary;
    private final float[] idf;
    private final float[][] rows;
    private final float[] biases;
    private final int[] examples;

    /**
     * @param idf inverse document frequency of each n-gram
     * @param rows weights of each n-gram: one row for two labels (towards the second), else one a label
     * @param biases one a row
     * @param examples how many of each label were in training; at least one in all
     */
    Weights(List<String> labels, Vocabulary vocabulary, float[] idf, float[][] rows, float[] biases,
            int[] examples) {
        if (idf.length != vocabulary.size() || rows.length != rowsFor(labels.size()) || biases.length != rows.length
                || examples.length != labels.size()) {
            throw new IllegalArgumentException("sizes do not fit");
        }
        this.labels = List.copyOf(labels);
        this.vocabulary = vocabulary;
        this.idf = idf;
        this.rows = rows;
        this.biases = biases;
        this.examples = examples;
    }

    static int rowsFor(int labels) {
        return labels == 2 ? 1 : labels;
    }

    List<String> labels() {
        return labels;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    float idf(int number) {
        return idf[number];
    }

    int rowCount() {
        return rows.length;
    }

    float weight(int row, int number) {
        return rows[row][number];
    }

    float bias(int row) {
        return biases[row];
    }

    int examples(int label) {
        return examples[label];
    }

    Prediction predict(LinearPrepared text) {
        return new Prediction(labels, probabilities(text));
    }

    /**
     * A probability for each label: the logistic function of its score for two labels, and for more that of each label
     * against the rest, divided by their sum. A text without known n-grams says nothing: it gets each label's share in
     * training, the prior.
     */
    private double[] probabilities(LinearPrepared text) {
        if (text.size() == 0) {
            return prior();
        }
        double[] scores = new double[rows.length];
        double length = addWeighted(text, scores);
        for (int row = 0; row < rows.length; row++) {
            scores[row] = logistic(scores[row] / length + biases[row]);
        }
        if (labels.size() == 2) {
            return new double[]{1 - scores[0], scores[0]};
        }
        double sum = 0;
        for (double score : scores) {
            sum += score;
        }
        for (int row = 0; row < rows.length; row++) {
            scores[row] = sum > 0 ? scores[row] / sum : 1.0 / rows.length;
        }
        return scores;
    }

    private double[] prior() {
        double total = IntStream.of(examples).sum();
        return IntStream.of(examples).mapToDouble(count -> count / total).toArray();
    }

    /** Adds each row's product with the vector before it is normalised, and returns the vector's length. */
    private double addWeighted(LinearPrepared text, double[] scores) {
        double squares = 0;
        int i = 0;
        while (i < text.size()) {
            int number = text.number(i);
            int end = text.runEnd(i);
            double value = termFrequency(end - i) * idf[number];
            squares += value * value;
            for (int row = 0; row < rows.length; row++) {
                scores[row] += value * rows[row][number];
            }
            i = end;
        }
        return Math.sqrt(squares);
    }

    /** Sublinear: the tenth occurrence says less than the first. */
    static double termFrequency(int occurrences) {
        // StrictMath, here and below: the same bits on every processor, so workers never disagree.
        return occurrences == 1 ? 1 : 1 + StrictMath.log(occurrences);
    }

    private static double logistic(double score) {
        return 1 / (1 + StrictMath.exp(-score));
    }
}
