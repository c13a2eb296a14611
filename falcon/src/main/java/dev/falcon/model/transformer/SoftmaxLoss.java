package dev.falcon.model.transformer;

import dev.falcon.model.transformer.Standardised.Sums;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What multinomial logistic regression minimises: the mean log loss of the labels, and half the squared weights times the
 * strength of the regularisation; biases are free. Parts of the sum are computed by several threads and added in one order,
 * so the result does not depend on how many there are. Confined to one training.
 */
final class SoftmaxLoss implements Lbfgs.Function {

    /** Parts of the work: more than any machine that trains has cores idle. */
    private static final int PARTS = 8;

    private static final int STRIDE = EncoderDescription.DIMENSIONS + 1;

    private final Standardised examples;
    private final int[] given;
    private final int labels;
    private final double strength;

    /** @param given index of each example's label */
    SoftmaxLoss(Standardised examples, int[] given, int labels, double strength) {
        this.examples = examples;
        this.given = given;
        this.labels = labels;
        this.strength = strength;
    }

    int parameters() {
        return labels * STRIDE;
    }

    /** Loss and gradient over some of the blocks. */
    private static final class Part {
        private final float[] weights;
        private final double[] biases;
        private double loss;

        private Part(int labels) {
            weights = new float[labels * EncoderDescription.DIMENSIONS];
            biases = new double[labels];
        }
    }

    @Override
    public double at(double[] parameters, double[] gradient) {
        float[] weights = new float[labels * EncoderDescription.DIMENSIONS];
        float[] biases = new float[labels];
        for (int label = 0; label < labels; label++) {
            for (int d = 0; d < EncoderDescription.DIMENSIONS; d++) {
                weights[label * EncoderDescription.DIMENSIONS + d] = (float) parameters[label * STRIDE + d];
            }
            biases[label] = (float) parameters[label * STRIDE + EncoderDescription.DIMENSIONS];
        }
        List<Part> parts = IntStream.range(0, PARTS).parallel().mapToObj(part -> part(part, weights, biases)).toList();
        Arrays.fill(gradient, 0);
        double loss = 0;
        for (Part part : parts) {
            loss += part.loss;
            for (int label = 0; label < labels; label++) {
                for (int d = 0; d < EncoderDescription.DIMENSIONS; d++) {
                    gradient[label * STRIDE + d] += part.weights[label * EncoderDescription.DIMENSIONS + d];
                }
                gradient[label * STRIDE + EncoderDescription.DIMENSIONS] += part.biases[label];
            }
        }
        return regularised(loss / examples.size(), parameters, gradient);
    }

    private double regularised(double meanLoss, double[] parameters, double[] gradient) {
        double squares = 0;
        for (int i = 0; i < parameters.length; i++) {
            gradient[i] /= examples.size();
            if (i % STRIDE != EncoderDescription.DIMENSIONS) {
                gradient[i] += strength * parameters[i];
                squares += parameters[i] * parameters[i];
            }
        }
        return meanLoss + strength / 2 * squares;
    }

    private Part part(int number, float[] weights, float[] biases) {
        Part part = new Part(labels);
        float[] scores = new float[labels * Standardised.BLOCK];
        int from = (int) ((long) examples.blocks() * number / PARTS);
        int to = (int) ((long) examples.blocks() * (number + 1) / PARTS);
        for (int block = from; block < to; block++) {
            for (int label = 0; label < labels; label++) {
                int at = label * Standardised.BLOCK;
                Arrays.fill(scores, at, at + Standardised.BLOCK, biases[label]);
                examples.addProducts(block, weights, label * EncoderDescription.DIMENSIONS, new Sums(scores, at));
            }
            toErrors(block, scores, part);
            for (int label = 0; label < labels; label++) {
                examples.addRows(block, scores, label * Standardised.BLOCK,
                        new Sums(part.weights, label * EncoderDescription.DIMENSIONS));
            }
        }
        return part;
    }

    /** Scores become probabilities, and those the distance from what was given: 1 for the right label, 0 for others. */
    private void toErrors(int block, float[] scores, Part part) {
        for (int i = 0; i < Standardised.BLOCK; i++) {
            if (i >= examples.sizeOf(block)) {
                for (int label = 0; label < labels; label++) {
                    scores[label * Standardised.BLOCK + i] = 0;
                }
                continue;
            }
            int right = given[block * Standardised.BLOCK + i];
            double top = Double.NEGATIVE_INFINITY;
            for (int label = 0; label < labels; label++) {
                top = Math.max(top, scores[label * Standardised.BLOCK + i]);
            }
            double sum = 0;
            for (int label = 0; label < labels; label++) {
                sum += Math.exp(scores[label * Standardised.BLOCK + i] - top);
            }
            part.loss += Math.log(sum) + top - scores[right * Standardised.BLOCK + i];
            for (int label = 0; label < labels; label++) {
                int at = label * Standardised.BLOCK + i;
                double error = Math.exp(scores[at] - top) / sum - (label == right ? 1 : 0);
                scores[at] = (float) error;
                part.biases[label] += error;
            }
        }
    }
}
