package dev.falcon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.falcon.inference.Prediction;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {

    private static final List<String> TWO = List.of("no", "yes");
    private static final List<String> THREE = List.of("a", "b", "c");

    private static Prediction yes(double probability) {
        return new Prediction(TWO, new double[]{1 - probability, probability});
    }

    private static Prediction of(int label) {
        double[] probabilities = new double[3];
        probabilities[label] = 1;
        return new Prediction(THREE, probabilities);
    }

    @Test
    void countsGivenLabelsInRowsAndPredictedOnesInColumns() {
        Evaluation evaluation = Evaluation.of(TWO, new int[]{0, 0, 0, 1},
                List.of(yes(0.1), yes(0.9), yes(0.8), yes(0.7)));

        assertThat(evaluation.confusion()).isEqualTo(List.of(List.of(1, 2), List.of(0, 1)));
        assertThat(evaluation.accuracy()).isEqualTo(0.5);
        assertThat(evaluation.count()).isEqualTo(4);
    }

    /** By hand: no has 2·1/(2·1+0+2) = 1/2, yes has 2·1/(2·1+2+0) = 1/2. */
    @Test
    void macroF1IsTheMeanOfTheLabelsF1() {
        assertThat(Evaluation.of(TWO, new int[]{0, 0, 0, 1}, List.of(yes(0.1), yes(0.9), yes(0.8), yes(0.7))).macroF1())
                .isEqualTo(0.5);
    }

    /** a: 2·2/(4+0+1) = 0.8; b: 2·1/(2+1+0) = 2/3; c: neither given nor predicted, 0. */
    @Test
    void aLabelThatNeverOccursCountsAsZeroInMacroF1() {
        Evaluation evaluation = Evaluation.of(THREE, new int[]{0, 0, 0, 1}, List.of(of(0), of(0), of(1), of(1)));

        assertThat(evaluation.macroF1()).isCloseTo((0.8 + 2.0 / 3) / 3, within(1e-6));
    }

    /**
     * Two bins: four answers at 0.9 of which three are right (|3 - 3.6| = 0.6), one at 0.6 that is wrong (0.6); together 1.2
     * over five.
     */
    @Test
    void calibrationErrorIsTheDistanceOfConfidenceAndAccuracyBinByBin() {
        Evaluation evaluation = Evaluation.of(TWO, new int[]{1, 1, 1, 0, 0},
                List.of(yes(0.9), yes(0.9), yes(0.9), yes(0.9), yes(0.6)));

        assertThat(evaluation.calibrationError()).isCloseTo(1.2 / 5, within(1e-6));
    }

    @Test
    void errorsInDifferentBinsDoNotCancelEachOther() {
        // Too unsure at 0.55 (always right), too sure at 0.95 (never right); a single bin would see half of it.
        Evaluation evaluation = Evaluation.of(TWO, new int[]{1, 0}, List.of(yes(0.55), yes(0.95)));

        assertThat(evaluation.calibrationError()).isCloseTo((0.45 + 0.95) / 2, within(1e-6));
    }

    @Test
    void certaintyFallsIntoTheLastBin() {
        assertThat(Evaluation.of(TWO, new int[]{1, 1}, List.of(yes(1.0), yes(1.0))).calibrationError()).isZero();
    }

    /** Values of Wilson's interval as tables give them. */
    @ParameterizedTest
    @CsvSource({"0, 10, 0.0000, 0.2775", "5, 10, 0.2366, 0.7634", "10, 10, 0.7225, 1.0000", "81, 263, 0.2553, 0.3662"})
    void theIntervalIsWilsons(int right, int count, double low, double high) {
        int[] given = IntStream.range(0, count).map(i -> i < right ? 1 : 0).toArray();
        List<Prediction> predictions = IntStream.range(0, count).mapToObj(i -> yes(0.9)).toList();

        Interval interval = Evaluation.of(TWO, given, predictions).accuracyInterval();

        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }

    @Test
    void refusesListsThatDoNotMatch() {
        assertThatThrownBy(() -> Evaluation.of(TWO, new int[]{0}, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Evaluation.of(TWO, new int[0], List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
