package dev.falcon.inference;

import java.util.Arrays;
import java.util.List;

/**
 * What a model says about one text: a probability for each of its labels, in the order of the model's labels. Immutable;
 * the array is owned by the prediction and not copied on the way in.
 */
public final class Prediction {

    private final List<String> labels;
    private final double[] probabilities;
    private final int top;
    private final boolean truncated;

    /**
     * @param labels the model's labels, shared by all of its predictions
     * @param probabilities one for each label, between 0 and 1, summing to 1; handed over to the prediction
     */
    public Prediction(List<String> labels, double[] probabilities) {
        this(labels, probabilities, false);
    }

    /** @param truncated whether the model looked at the text's beginning only, as it was longer than it reads */
    public Prediction(List<String> labels, double[] probabilities, boolean truncated) {
        if (labels.size() != probabilities.length || labels.isEmpty()) {
            throw new IllegalArgumentException(
                    labels.size() + " labels but " + probabilities.length + " probabilities");
        }
        this.labels = labels;
        this.probabilities = probabilities;
        this.top = indexOfLargest(probabilities);
        this.truncated = truncated;
    }

    private static int indexOfLargest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    /** The most probable label; the first of equals. */
    public String label() {
        return labels.get(top);
    }

    /** The index of {@link #label()}. */
    public int top() {
        return top;
    }

    /** The probability of {@link #label()}. */
    public double confidence() {
        return probabilities[top];
    }

    public List<String> labels() {
        return labels;
    }

    /** Whether the text was longer than the model reads, so that its end had no say. */
    public boolean truncated() {
        return truncated;
    }

    /** The probability of the label at this index. */
    public double probability(int index) {
        return probabilities[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Prediction that && labels.equals(that.labels)
                && Arrays.equals(probabilities, that.probabilities) && truncated == that.truncated;
    }

    @Override
    public int hashCode() {
        return 31 * labels.hashCode() + Arrays.hashCode(probabilities);
    }

    @Override
    public String toString() {
        return label() + " " + confidence();
    }
}
