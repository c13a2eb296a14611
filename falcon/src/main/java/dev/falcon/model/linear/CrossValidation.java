package dev.falcon.model.linear;

import dev.falcon.inference.Prediction;
import dev.falcon.model.LabelledText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Chooses the strength of the regularisation on the training part alone: k folds, each judged by a model of the others, its
 * vocabulary included. The candidate with the least log loss wins (its probabilities are served, so a lucky accuracy is not
 * enough), the stronger regularisation of equals. Stateless.
 */
final class CrossValidation {

    static final List<Double> CANDIDATES = List.of(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0);

    /**
     * What won.
     *
     * @param c inverse strength of the regularisation
     * @param logLoss mean over all examples, in nats
     * @param accuracy share of examples
     */
    record Choice(double c, double logLoss, double accuracy) {}

    private CrossValidation() {}

    static Choice choose(List<String> labels, List<LabelledText> examples, TrainingPlan plan,
            Consumer<String> progress) {
        List<Tokens> tokens = examples.stream().map(example -> Tokenizer.tokenize(example.text())).toList();
        double[] loss = new double[CANDIDATES.size()];
        int[] right = new int[CANDIDATES.size()];
        for (int fold = 0; fold < plan.folds(); fold++) {
            progress.accept("cross-validation: fold " + (fold + 1) + " of " + plan.folds());
            // Any stretch of the training part holds the labels in proportion.
            int from = border(fold, plan.folds(), examples.size());
            int to = border(fold + 1, plan.folds(), examples.size());
            Design design = new Design(labels, without(examples, from, to), without(tokens, from, to),
                    plan.minDocuments());
            List<LinearPrepared> prepared = tokens.subList(from, to).stream().map(design.vocabulary()::lookUp).toList();
            for (int candidate = 0; candidate < loss.length; candidate++) {
                Weights weights = design.solve(CANDIDATES.get(candidate));
                for (int i = from; i < to; i++) {
                    Prediction prediction = weights.predict(prepared.get(i - from));
                    int given = labels.indexOf(examples.get(i).label());
                    loss[candidate] -= StrictMath.log(Math.max(prediction.probability(given), 1e-15));
                    right[candidate] += prediction.top() == given ? 1 : 0;
                }
            }
        }
        int best = 0;
        for (int candidate = 1; candidate < loss.length; candidate++) {
            best = loss[candidate] < loss[best] ? candidate : best;
        }
        return new Choice(CANDIDATES.get(best), loss[best] / examples.size(), (double) right[best] / examples.size());
    }

    private static int border(int fold, int folds, int size) {
        return (int) ((long) size * fold / folds);
    }

    private static <T> List<T> without(List<T> all, int from, int to) {
        List<T> rest = new ArrayList<>(all.subList(0, from));
        rest.addAll(all.subList(to, all.size()));
        return rest;
    }
}
