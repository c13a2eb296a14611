package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchCutTest {

    private static BatchBounds bounds(int size, int tokens, double padding) {
        return new BatchBounds(size, tokens, padding, Duration.ZERO);
    }

    private static List<Integer> cut(BatchBounds bounds, int... costs) {
        return BatchCut.choose(costs, bounds);
    }

    @Test
    void itemsOfOneLengthGoInTheOrderTheyCame() {
        assertThat(cut(bounds(3, 1000, 1.2), 10, 10, 10, 10)).containsExactly(0, 1, 2);
    }

    @Test
    void thoseOfTheFirstOnesLengthGoBeforeOthersThatCameEarlier() {
        assertThat(cut(bounds(3, 1000, 1.2), 10, 100, 10, 100, 11)).containsExactly(0, 2, 4);
    }

    @Test
    void theFirstGoesWhateverItCosts() {
        assertThat(cut(bounds(8, 100, 1.2), 5000, 10, 10)).containsExactly(0);
        assertThat(cut(bounds(8, 100, 1.2), 0)).containsExactly(0);
    }

    @Test
    void paddedTokensStayWithinTheBudget() {
        assertThat(cut(bounds(32, 100, 10), 30, 30, 30, 30)).containsExactly(0, 1, 2);
        assertThat(cut(bounds(32, 100, 10), 20, 60, 20, 20)).as("a longer one would make all of them longer")
                .containsExactly(0, 2, 3);
    }

    @Test
    void paddingNeverWastesMoreThanItMay() {
        assertThat(cut(bounds(32, 10_000, 1.5), 10, 40)).containsExactly(0);
        assertThat(cut(bounds(32, 10_000, 1.5), 40, 20)).containsExactly(0, 1);
    }

    @Test
    void aBatchOfOneIsTheFirst() {
        assertThat(cut(BatchBounds.ONE, 10, 10, 10)).containsExactly(0);
    }

    @Test
    void whateverComesEachBatchHoldsTheFirstAndKeepsItsBounds() {
        Random random = new Random(20261126);
        for (int round = 0; round < 5000; round++) {
            BatchBounds bounds = bounds(1 + random.nextInt(16), 50 + random.nextInt(500), 1 + random.nextDouble());
            int[] costs = random.ints(1 + random.nextInt(60), 1, 200).toArray();

            List<Integer> chosen = BatchCut.choose(costs, bounds);

            int longest = chosen.stream().mapToInt(i -> costs[i]).max().orElseThrow();
            int tokens = chosen.stream().mapToInt(i -> costs[i]).sum();
            assertThat(chosen).contains(0)
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .hasSizeLessThanOrEqualTo(bounds.maxSize());
            if (chosen.size() > 1) {
                assertThat(longest * chosen.size()).isLessThanOrEqualTo(bounds.maxPaddedTokens());
                assertThat(longest * chosen.size() / (double) tokens).isLessThanOrEqualTo(bounds.maxPadding() + 1e-9);
            }
        }
    }
}
