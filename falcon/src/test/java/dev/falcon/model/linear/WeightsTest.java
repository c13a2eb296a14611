package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.falcon.inference.Prediction;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {

    private static Prediction predict(Weights weights, String text) {
        return weights.predict(weights.vocabulary().lookUp(Tokenizer.tokenize(text)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void answersAsTheFormulasSay(int labels) {
        Weights weights = Generated.weights(labels, labels);
        Naive naive = new Naive(weights);
        Random random = new Random(99);

        for (int i = 0; i < 1000; i++) {
            String text = Generated.text(random, random.nextInt(labels + 1));
            Prediction prediction = predict(weights, text);
            double[] expected = naive.probabilities(text);
            double sum = 0;
            for (int label = 0; label < labels; label++) {
                assertThat(prediction.probability(label)).isCloseTo(expected[label], within(1e-12));
                sum += prediction.probability(label);
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void aTextOfUnknownWordsGetsTheSharesOfTraining(int labels) {
        Weights weights = Generated.weights(1, labels);

        for (String text : new String[]{"zorbl qwmpf", "", "!?", "\0", "не знаю"}) {
            Prediction prediction = predict(weights, text);
            for (int label = 0; label < labels; label++) {
                assertThat(prediction.probability(label)).isCloseTo(1.0 / labels, within(1e-6));
            }
        }
    }

    @Test
    void aHugeTextIsAnsweredLikeAnyOther() {
        Weights weights = Generated.weights(1, 2);
        Random random = new Random(5);
        String huge = IntStream.range(0, 1000)
                .mapToObj(i -> Generated.text(random, 1))
                .collect(Collectors.joining())
                .substring(0, 10_000);

        assertThat(predict(weights, huge).label()).isEqualTo("label1");
        assertThat(predict(weights, "x".repeat(10_000)).probability(0)).isCloseTo(0.5, within(1e-6));
        assertThat(predict(weights, "𐐀".repeat(10_000)).probability(0)).isCloseTo(0.5, within(1e-6));
    }

    /**
     * The buffer takes two bytes a character, a word at most 9 bytes of span, as much again while its array grows, and 8 for
     * its numbers; a string for each n-gram would be some 50 bytes a word and more.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 200})
    void anAnswerAllocatesInProportionToItsText(int sentences) {
        Weights weights = Generated.weights(1, 2);
        String text = "topic1word1 is very, very topic0word3 and not bad at all. ".repeat(sentences);
        long words = 11L * sentences;
        long allowed = 700 + 2L * text.length() + words * 40;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        predict(weights, text);

        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            predict(weights, text);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least).isPositive().isLessThan(allowed);
    }
}
