package dev.falcon.model;

import dev.falcon.inference.Prediction;
import dev.falcon.json.JsonObject;
import dev.falcon.json.MalformedJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well predictions met the labels that people gave. A pure value; shares are rounded to six decimals, so that equal
 * predictions give equal bytes on every machine.
 *
 * @param accuracy share of texts whose most probable label is the given one
 * @param accuracyInterval where the accuracy on all such texts lies, 95 % of the time ({@link Interval#wilson95})
 * @param macroF1 mean over the labels of 2tp / (2tp + fp + fn), each label counting alike; 0 for a label that was neither
 *        given nor predicted (Sokolova and Lapalme, "A systematic analysis of performance measures for classification tasks",
 *        2009)
 * @param calibrationError expected calibration error over {@value #CALIBRATION_BINS} bins of equal width of the top label's
 *        probability: the mean distance of accuracy and confidence, weighted by bin (Guo et al., "On calibration of modern
 *        neural networks", 2017)
 * @param count texts judged
 * @param labels the order of both sides of {@code confusion}
 * @param confusion a row for each given label, in it the number of texts predicted as each label
 */
public record Evaluation(double accuracy, Interval accuracyInterval, double macroF1, double calibrationError, int count,
        List<String> labels, List<List<Integer>> confusion) {

    /** Bins of {@link #calibrationError}. */
    public static final int CALIBRATION_BINS = 15;

    /**
     * Judges predictions.
     *
     * @param labels the model's
     * @param given index of the right label of each text
     * @param predictions in the same order, of the same model
     */
    public static Evaluation of(List<String> labels, int[] given, List<Prediction> predictions) {
        if (given.length != predictions.size() || given.length == 0) {
            throw new IllegalArgumentException(given.length + " labels for " + predictions.size() + " predictions");
        }
        int[][] confusion = new int[labels.size()][labels.size()];
        int right = 0;
        for (int i = 0; i < given.length; i++) {
            int predicted = predictions.get(i).top();
            confusion[given[i]][predicted]++;
            right += predicted == given[i] ? 1 : 0;
        }
        Interval interval = Interval.wilson95(right, given.length);
        return new Evaluation(rounded((double) right / given.length),
                new Interval(rounded(interval.low()), rounded(interval.high())), rounded(macroF1(confusion)),
                rounded(calibrationError(given, predictions)), given.length, List.copyOf(labels), asLists(confusion));
    }

    /** As a manifest has it. */
    @SuppressWarnings("NullAway") // labels are checked by nobody: they are shown
    static @Nullable Evaluation of(@Nullable JsonObject json) throws MalformedJson {
        if (json == null) {
            return null;
        }
        Integer count = json.whole("count");
        JsonObject interval = json.object("accuracy_interval");
        Evaluation evaluation = new Evaluation(json.number("accuracy"),
                interval == null ? null : new Interval(interval.number("low"), interval.number("high")),
                json.number("macro_f1"), json.number("calibration_error"), count == null ? 0 : count,
                json.texts("labels"), json.rows("confusion"));
        if (interval != null) {
            interval.end();
        }
        json.end();
        return evaluation;
    }

    private static double macroF1(int[][] confusion) {
        double sum = 0;
        for (int label = 0; label < confusion.length; label++) {
            int asGiven = 0;
            int asPredicted = 0;
            for (int other = 0; other < confusion.length; other++) {
                asGiven += confusion[label][other];
                asPredicted += confusion[other][label];
            }
            sum += asGiven + asPredicted == 0 ? 0 : 2.0 * confusion[label][label] / (asGiven + asPredicted);
        }
        return sum / confusion.length;
    }

    private static double calibrationError(int[] given, List<Prediction> predictions) {
        double[] confidence = new double[CALIBRATION_BINS];
        int[] right = new int[CALIBRATION_BINS];
        for (int i = 0; i < given.length; i++) {
            Prediction prediction = predictions.get(i);
            int bin = Math.min((int) (prediction.confidence() * CALIBRATION_BINS), CALIBRATION_BINS - 1);
            confidence[bin] += prediction.confidence();
            right[bin] += prediction.top() == given[i] ? 1 : 0;
        }
        double error = 0;
        for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
            error += Math.abs(right[bin] - confidence[bin]);
        }
        return error / given.length;
    }

    private static double rounded(double share) {
        return Math.round(share * 1e6) / 1e6;
    }

    private static List<List<Integer>> asLists(int[][] counts) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int[] row : counts) {
            List<Integer> cells = new ArrayList<>();
            for (int cell : row) {
                cells.add(cell);
            }
            rows.add(List.copyOf(cells));
        }
        return List.copyOf(rows);
    }
}
