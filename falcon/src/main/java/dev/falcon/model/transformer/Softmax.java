package dev.falcon.model.transformer;

import java.util.Arrays;

/** From scores to probabilities that sum to 1. Stateless. */
final class Softmax {

    /** What rounding in 32 bits may do to a sum of many. */
    private static final double ROUNDING = 1e-3;

    private Softmax() {}

    /** Of finite scores on an open scale; in place. */
    static double[] of(double[] scores) {
        double top = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            top = Math.max(top, score);
        }
        double sum = 0;
        for (int label = 0; label < scores.length; label++) {
            // StrictMath: the same bits whichever compiler is at work, so a worker agrees with itself after warming up.
            scores[label] = StrictMath.exp(scores[label] - top);
            sum += scores[label];
        }
        return divided(scores, sum);
    }

    /**
     * What are probabilities but for rounding; in place.
     *
     * @throws IllegalStateException if they are none
     */
    static double[] normalised(double[] probabilities) {
        double sum = 0;
        for (int label = 0; label < probabilities.length; label++) {
            if (probabilities[label] < -ROUNDING) {
                throw new IllegalStateException("a probability is " + probabilities[label]
                        + "; are they logits?");
            }
            probabilities[label] = Math.max(0, probabilities[label]);
            sum += probabilities[label];
        }
        if (Math.abs(sum - 1) > ROUNDING) {
            throw new IllegalStateException("the probabilities " + Arrays.toString(probabilities) + " sum to " + sum
                    + "; are they logits, or of labels that do not exclude each other?");
        }
        return divided(probabilities, sum);
    }

    private static double[] divided(double[] numbers, double sum) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] /= sum;
        }
        return numbers;
    }
}
