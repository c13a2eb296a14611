package dev.falcon.model.linear;

import dev.falcon.inference.Prediction;
import dev.falcon.model.LabelledText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Chooses the strength of the regularisation on the training part alone: k folds, each judged by a model of the others, its
 * vocabulary included. The candidate with the least log loss wins (its probabilities are served, so a lucky accuracy is not
 * enough), the stronger regularisation of equals. The folds are worked on by as many threads as there are processors; the
 * result does not depend on them.
 */
final class CrossValidation {

    /** Ascending: each is solved from where the one before ended. */
    static final List<Double> CANDIDATES = List.of(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0);

    private final List<String> labels;
    private final List<LabelledText> examples;
    private final List<Tokens> tokens;
    private final TrainingPlan plan;

    /**
     * What won.
     *
     * @param c inverse strength of the regularisation
     * @param logLoss mean over all examples, in nats
     * @param accuracy share of examples
     */
    record Choice(double c, double logLoss, double accuracy) {}

    /** How one candidate did on one fold. */
    private record Score(double logLoss, int right) {}

    private CrossValidation(List<String> labels, List<LabelledText> examples, TrainingPlan plan) {
        this.labels = labels;
        this.examples = examples;
        this.tokens = examples.stream().map(example -> Tokenizer.tokenize(example.text())).toList();
        this.plan = plan;
    }

    /** @param progress called by several threads */
    static Choice choose(List<String> labels, List<LabelledText> examples, TrainingPlan plan,
            Consumer<String> progress) {
        return new CrossValidation(labels, examples, plan).choose(progress);
    }

    private Choice choose(Consumer<String> progress) {
        List<List<Score>> folds = IntStream.range(0, plan.folds())
                .parallel()
                .mapToObj(fold -> scores(fold, progress))
                .toList();
        Choice best = new Choice(CANDIDATES.getFirst(), Double.POSITIVE_INFINITY, 0);
        for (int candidate = 0; candidate < CANDIDATES.size(); candidate++) {
            double logLoss = 0;
            int right = 0;
            for (List<Score> fold : folds) {
                logLoss += fold.get(candidate).logLoss();
                right += fold.get(candidate).right();
            }
            if (logLoss / examples.size() < best.logLoss()) {
                best = new Choice(CANDIDATES.get(candidate), logLoss / examples.size(),
                        (double) right / examples.size());
            }
        }
        return best;
    }

    /** How each candidate does on one fold: a stretch of the training part, which holds the labels in proportion. */
    private List<Score> scores(int fold, Consumer<String> progress) {
        int from = border(fold);
        int to = border(fold + 1);
        Design design = new Design(labels, without(examples, from, to), without(tokens, from, to), plan.minDocuments());
        List<LinearPrepared> prepared = tokens.subList(from, to).stream().map(design.vocabulary()::lookUp).toList();
        List<Score> scores = new ArrayList<>();
        for (double candidate : CANDIDATES) {
            progress.accept("cross-validation: fold " + (fold + 1) + " of " + plan.folds() + ", C = " + candidate);
            scores.add(score(design.solve(candidate, LogisticRegression.Tolerance.COARSE), prepared,
                    examples.subList(from, to)));
        }
        return scores;
    }

    private Score score(Weights weights, List<LinearPrepared> texts, List<LabelledText> given) {
        double logLoss = 0;
        int right = 0;
        for (int i = 0; i < texts.size(); i++) {
            Prediction prediction = weights.predict(texts.get(i));
            int label = labels.indexOf(given.get(i).label());
            // A probability of 0 would make one text outweigh all others.
            logLoss -= StrictMath.log(Math.max(prediction.probability(label), 1e-15));
            right += prediction.top() == label ? 1 : 0;
        }
        return new Score(logLoss, right);
    }

    private int border(int fold) {
        return (int) ((long) examples.size() * fold / plan.folds());
    }

    private static <T> List<T> without(List<T> all, int from, int to) {
        List<T> rest = new ArrayList<>(all.subList(0, from));
        rest.addAll(all.subList(to, all.size()));
        return rest;
    }
}
