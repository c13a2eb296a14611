package dev.falcon.model.linear;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * L2-regularised logistic regression by liblinear's trust-region Newton method (Fan et al., "LIBLINEAR: a library for large
 * linear classification", JMLR 9, 2008). The only class that knows the library, and only training calls it. Deterministic:
 * this solver draws no random numbers. Confined to one thread.
 */
final class LogisticRegression {

    /** How near the best solution the solver must come. */
    enum Tolerance {
        /** The library's own: enough to compare candidates. */
        COARSE(1e-2),
        /** For weights that are kept: a finer end makes them depend less on how it got there. */
        FINE(1e-4);

        private final double value;

        Tolerance(double value) {
            this.value = value;
        }
    }

    private final Feature[][] vectors;
    private final int features;
    private final int[] label;
    /** The last solution for each label, where the next coarse one starts: neighbouring candidates lie close. */
    private final Map<Integer, double[]> latest = new HashMap<>();

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
    double[] solve(int wanted, double c, Tolerance tolerance) {
        Problem problem = new Problem();
        problem.l = vectors.length;
        problem.n = features + 1;
        problem.x = vectors;
        problem.bias = 1;
        problem.y = new double[vectors.length];
        for (int i = 0; i < vectors.length; i++) {
            problem.y[i] = label[i] == wanted ? 1 : 0;
        }
        Parameter parameter = new Parameter(SolverType.L2R_LR, c, tolerance.value);
        double[] start = latest.get(wanted);
        if (tolerance == Tolerance.COARSE && start != null) {
            parameter.setInitSol(start);
        }
        Model model = Linear.train(problem, parameter);
        double[] towardsFirst = model.getFeatureWeights();
        latest.put(wanted, towardsFirst);
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
