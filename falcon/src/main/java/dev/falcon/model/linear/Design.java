package dev.falcon.model.linear;

import dev.falcon.model.LabelledText;
import java.util.List;

/**
 * A training set as numbers: the vocabulary chosen from it, and its texts as vectors. Solved for one strength of
 * regularisation after another. Confined to one training.
 */
final class Design {

    private final List<String> labels;
    private final Vocabulary vocabulary;
    private final float[] idf;
    private final int[] examples;
    private final LogisticRegression regression;

    /**
     * @param texts the tokens of the examples
     * @param minDocuments n-grams in fewer of the texts are left out
     */
    Design(List<String> labels, List<LabelledText> examples, List<Tokens> texts, int minDocuments) {
        this.labels = labels;
        this.vocabulary = VocabularyBuilder.build(texts, minDocuments);
        List<LinearPrepared> prepared = texts.stream().map(vocabulary::lookUp).toList();
        this.idf = idf(prepared, vocabulary.size());
        int[] label = examples.stream().mapToInt(example -> labels.indexOf(example.label())).toArray();
        this.examples = examplesOf(label, labels.size());
        this.regression = new LogisticRegression(prepared, idf, label);
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Smoothed as if one more text held every n-gram: ln((1 + n) / (1 + df)) + 1, so that an n-gram of every text still
     * counts (the form that scikit-learn's TfidfTransformer documents).
     */
    private static float[] idf(List<LinearPrepared> texts, int size) {
        int[] documents = new int[size];
        for (LinearPrepared text : texts) {
            for (int i = 0; i < text.size(); i = text.runEnd(i)) {
                documents[text.number(i)]++;
            }
        }
        float[] idf = new float[size];
        for (int number = 0; number < size; number++) {
            idf[number] = (float) (StrictMath.log((1.0 + texts.size()) / (1.0 + documents[number])) + 1);
        }
        return idf;
    }

    private static int[] examplesOf(int[] label, int labels) {
        int[] examples = new int[labels];
        for (int given : label) {
            examples[given]++;
        }
        return examples;
    }

    /** @param c inverse strength of the regularisation: the larger, the closer to the examples */
    Weights solve(double c, LogisticRegression.Tolerance tolerance) {
        int rowCount = Weights.rowsFor(labels.size());
        float[][] rows = new float[rowCount][];
        float[] biases = new float[rowCount];
        for (int row = 0; row < rowCount; row++) {
            double[] solution = regression.solve(rowCount == 1 ? 1 : row, c, tolerance);
            rows[row] = new float[vocabulary.size()];
            for (int number = 0; number < vocabulary.size(); number++) {
                rows[row][number] = onGrid(solution[number]);
            }
            biases[row] = onGrid(solution[vocabulary.size()]);
        }
        return new Weights(labels, vocabulary, idf, rows, biases, examples);
    }

    /**
     * Weights are multiples of 2^-16. The solver's exponentials may differ in their last bit from one processor to another;
     * the grid, coarser than that and finer than any answer shows, makes the file the same on all.
     */
    private static float onGrid(double weight) {
        return (float) (Math.rint(weight * 65536) / 65536);
    }
}
