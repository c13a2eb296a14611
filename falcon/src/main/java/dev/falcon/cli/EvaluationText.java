package dev.falcon.cli;

import dev.falcon.model.Evaluation;
import java.util.List;
import java.util.Locale;

/** An evaluation for people: the accuracy first, the confusion matrix last. Stateless. */
final class EvaluationText {

    private static final int MAX_LABELS_SHOWN = 20;

    private EvaluationText() {}

    static String of(Evaluation evaluation) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "accuracy           %.4f  (95 %% interval %.4f to %.4f)%n",
                evaluation.accuracy(), evaluation.accuracyInterval().low(), evaluation.accuracyInterval().high()));
        text.append(String.format(Locale.ROOT, "macro F1           %.4f%n", evaluation.macroF1()));
        text.append(String.format(Locale.ROOT, "calibration error  %.4f  (expected, %d bins)%n",
                evaluation.calibrationError(), Evaluation.CALIBRATION_BINS));
        text.append(String.format(Locale.ROOT, "examples           %d%n%n", evaluation.count()));
        if (evaluation.labels().size() > MAX_LABELS_SHOWN) {
            return text.append("The confusion matrix of ")
                    .append(evaluation.labels().size())
                    .append(" labels is left out here.")
                    .append(System.lineSeparator())
                    .toString();
        }
        return text.append(matrix(evaluation)).toString();
    }

    private static String matrix(Evaluation evaluation) {
        List<String> labels = evaluation.labels();
        int first = Math.max("given \\ predicted".length(), longest(labels));
        int width = Math.max(8, longest(labels));
        StringBuilder text = new StringBuilder(String.format("%-" + first + "s", "given \\ predicted"));
        labels.forEach(label -> text.append(String.format("  %" + width + "s", label)));
        for (int row = 0; row < labels.size(); row++) {
            text.append(String.format("%n%-" + first + "s", labels.get(row)));
            for (int count : evaluation.confusion().get(row)) {
                text.append(String.format(Locale.ROOT, "  %" + width + "d", count));
            }
        }
        return text.append(System.lineSeparator()).toString();
    }

    private static int longest(List<String> labels) {
        return labels.stream().mapToInt(String::length).max().orElse(0);
    }
}
