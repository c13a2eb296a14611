package dev.falcon.model.linear;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.List;

/**
 * L2-regularised logistic regression by liblinear's trust-region Newton method (Fan et al., "LIBLINEAR: a library for large
 * linear classification", JMLR 9, 2008). The only class that knows the library, and only training calls it. Deterministic:
 * this solver draws no random numbers.
 */
final class LogisticRegression {

    /** The library's default is 0.01; a finer end makes the weights depend less on how it got there. */
    private static final double STOPPING_TOLERANCE = 1e-4;

    private final Feature[][] vectors;
    private final int features;
    private final int[] label;

    /**
     * @param texts the examples by their known n-grams
     * @param idf of each n-gram
     * @param label index of each example's label
     */
    LogisticRegression(List<LinearPrepared> texts, float[] idf, int[] label) {
        Linear.disableDebugOutput();
        this.features = idf.length;
        this.label = label;
        this.vectors = texts.stream().map(text -> vector(text, idf)).toArray(Feature[][]::new);
    }

    /**
     * Tells one label from all others.
     *
     * @return a weight for each n-gram towards the label, and its bias at the end
     */
    double[] solve(int wanted, double c) {
        Problem problem = new Problem();
        problem.l = vectors.length;
        problem.n = features + 1;
        problem.x = vectors;
        problem.bias = 1;
        problem.y = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            problem.y[i] = label[i] == wanted ? 1 : 0;
        }
        Model model = Linear.train(problem, new Parameter(SolverType.L2R_LR, c, STOPPING_TOLERANCE));
        double[] towardsFirst = model.getFeatureWeights();
        if (model.getLabels()[0] == 1) {
            return towardsFirst;
        }
        double[] weights = new double[towardsFirst.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = -towardsFirst[i];
        }
        return weights;
    }

    /** The text's unit vector as the library wants it: numbers from 1, ascending, and 1 for the bias at the end. */
    private Feature[] vector(LinearPrepared text, float[] idf) {
        int distinct = 0;
        double squares = 0;
        for (int i = 0; i < text.size(); i = text.runEnd(i)) {
            double value = Weights.termFrequency(text.runEnd(i) - i) * idf[text.number(i)];
            squares += value * value;
            distinct++;
        }
        double length = Math.sqrt(squares);
        Feature[] vector = new Feature[distinct + 1];
        int next = 0;
        for (int i = 0; i < text.size(); i = text.runEnd(i)) {
            double value = Weights.termFrequency(text.runEnd(i) - i) * idf[text.number(i)];
            vector[next++] = new FeatureNode(text.number(i) + 1, value / length);
        }
        vector[next] = new FeatureNode(features + 1, 1);
        return vector;
    }
}
