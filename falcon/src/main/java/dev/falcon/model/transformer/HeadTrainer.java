package dev.falcon.model.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Fits a head to embeddings with labels: multinomial logistic regression, whose regularisation and temperature are chosen by
 * cross-validation. Of the strengths whose log loss on texts that were not trained on is within a standard error of the least,
 * the strongest wins (Hastie, Tibshirani and Friedman, "The elements of statistical learning", 2nd edition, 7.10): what the
 * examples cannot tell apart is decided for the plainer head. Then all scores are divided by the temperature under which those texts' probabilities were the most likely (Guo et al., "On calibration of modern
 * neural networks", 2017), so that a probability means what it says. Confined to one training.
 */
final class HeadTrainer {

    /** From strong to weak: each is solved from where the one before ended. */
    static final List<Double> STRENGTHS = List.of(1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001);

    /** Weaker ones are not tried once so many in a row were worse than the best: the loss has one lowest point. */
    private static final int WORSE_IN_A_ROW = 2;

    private static final int FOLDS = 5;
    /** Folds are left out where all five would take too long: numbers of the training set times labels, for each fold. */
    private static final long NUMBERS_A_FOLD = 60_000_000;

    private static final Lbfgs.Stop COARSE = new Lbfgs.Stop(1e-3, 60);
    private static final Lbfgs.Stop FINE = new Lbfgs.Stop(3e-4, 200);

    private final List<String> labels;
    private final List<float[]> embeddings;
    private final int[] given;
    private final Consumer<String> progress;

    /**
     * A head, and how it came about.
     *
     * @param strength of the regularisation
     * @param temperature that scores were divided by
     * @param folds that were looked at, of five
     * @param logLoss of the texts of these folds, in nats, by models of the others and before the temperature
     * @param accuracy on the same
     */
    record Fitted(Head head, double strength, double temperature, int folds, double logLoss, double accuracy) {}

    /** Scores of texts by models that were not trained on them, for one strength. */
    private static final class OutOfFold {
        private final List<double[]> scores = new ArrayList<>();
        private final List<Integer> given = new ArrayList<>();

        private double logLoss(double temperature) {
            double sum = 0;
            for (int i = 0; i < scores.size(); i++) {
                sum += logLoss(scores.get(i), given.get(i), temperature);
            }
            return sum / scores.size();
        }

        private static double logLoss(double[] scores, int right, double temperature) {
            double top = Double.NEGATIVE_INFINITY;
            for (double score : scores) {
                top = Math.max(top, score / temperature);
            }
            double sum = 0;
            for (double score : scores) {
                sum += StrictMath.exp(score / temperature - top);
            }
            return StrictMath.log(sum) + top - scores[right] / temperature;
        }

        /** The log loss, and a standard error of it more. */
        private double logLossWithinError() {
            double mean = logLoss(1);
            double squares = 0;
            for (int i = 0; i < scores.size(); i++) {
                double distance = logLoss(scores.get(i), given.get(i), 1) - mean;
                squares += distance * distance;
            }
            return mean + Math.sqrt(squares) / scores.size();
        }

        private double accuracy() {
            int right = 0;
            for (int i = 0; i < scores.size(); i++) {
                double[] of = scores.get(i);
                int best = 0;
                for (int label = 1; label < of.length; label++) {
                    best = of[label] > of[best] ? label : best;
                }
                right += best == given.get(i) ? 1 : 0;
            }
            return (double) right / scores.size();
        }
    }

    /**
     * @param embeddings of the training part, in an order in which any stretch holds the labels in proportion
     * @param given index of each one's label
     */
    HeadTrainer(List<String> labels, List<float[]> embeddings, int[] given, Consumer<String> progress) {
        this.labels = labels;
        this.embeddings = embeddings;
        this.given = given;
        this.progress = progress;
    }

    Fitted fit() {
        List<Fold> folds = new ArrayList<>();
        for (int number = 0; number < folds(); number++) {
            folds.add(new Fold(number));
        }
        List<OutOfFold> byStrength = new ArrayList<>();
        // Where one fold's search ended is near where that over all folds will.
        List<double[]> starts = new ArrayList<>();
        int best = 0;
        for (int i = 0; i < STRENGTHS.size() && i - best <= WORSE_IN_A_ROW; i++) {
            OutOfFold scored = new OutOfFold();
            for (Fold fold : folds) {
                progress.accept("cross-validation: regularisation " + STRENGTHS.get(i) + ", fold " + (fold.number + 1)
                        + " of " + folds.size());
                fold.score(STRENGTHS.get(i), scored);
            }
            byStrength.add(scored);
            starts.add(folds.getFirst().parameters.clone());
            best = scored.logLoss(1) < byStrength.get(best).logLoss(1) ? i : best;
        }
        int choice = 0;
        while (byStrength.get(choice).logLoss(1) > byStrength.get(best).logLossWithinError()) {
            choice++;
        }
        double strength = STRENGTHS.get(choice);
        OutOfFold chosen = byStrength.get(choice);
        double temperature = temperature(chosen);
        progress.accept("training on " + given.length + " examples with regularisation " + strength);
        Standardised all = new Standardised(embeddings);
        SoftmaxLoss loss = new SoftmaxLoss(all, given, labels.size(), strength);
        double[] parameters = starts.get(choice);
        Lbfgs.minimise(loss, parameters, FINE);
        return new Fitted(all.head(labels, parameters, temperature), strength, temperature, folds.size(),
                chosen.logLoss(1), chosen.accuracy());
    }

    private int folds() {
        long numbers = (long) given.length * EncoderDescription.DIMENSIONS * labels.size();
        return Math.clamp(NUMBERS_A_FOLD * FOLDS / Math.max(1, numbers), 1, FOLDS);
    }

    /** A fifth of the training part, judged by a model of the rest. */
    private final class Fold {
        private final int number;
        private final int from;
        private final int to;
        private final Standardised others;
        private final int[] othersGiven;
        private final double[] parameters = new double[labels.size() * (EncoderDescription.DIMENSIONS + 1)];

        private Fold(int number) {
            this.number = number;
            from = (int) ((long) given.length * number / FOLDS);
            to = (int) ((long) given.length * (number + 1) / FOLDS);
            List<float[]> rest = new ArrayList<>(embeddings.subList(0, from));
            rest.addAll(embeddings.subList(to, given.length));
            othersGiven = new int[rest.size()];
            System.arraycopy(given, 0, othersGiven, 0, from);
            System.arraycopy(given, to, othersGiven, from, given.length - to);
            others = new Standardised(rest);
        }

        private void score(double strength, OutOfFold scored) {
            Lbfgs.minimise(new SoftmaxLoss(others, othersGiven, labels.size(), strength), parameters, COARSE);
            Head head = others.head(labels, parameters, 1);
            for (int text = from; text < to; text++) {
                scored.scores.add(head.scores(embeddings.get(text)));
                scored.given.add(given[text]);
            }
        }
    }

    /** By golden sections of its logarithm: the loss has one lowest point. */
    private static double temperature(OutOfFold scored) {
        double ratio = (Math.sqrt(5) - 1) / 2;
        double low = StrictMath.log(0.2);
        double high = StrictMath.log(5);
        while (high - low > 1e-3) {
            double left = high - ratio * (high - low);
            double right = low + ratio * (high - low);
            if (scored.logLoss(StrictMath.exp(left)) <= scored.logLoss(StrictMath.exp(right))) {
                high = right;
            } else {
                low = left;
            }
        }
        return StrictMath.exp((low + high) / 2);
    }
}
