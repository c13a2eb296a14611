package dev.falcon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StratifiedSplitTest {

    private static List<LabelledText> examples(int rare, int common) {
        List<LabelledText> examples = new ArrayList<>();
        for (int i = 0; i < rare + common; i++) {
            examples.add(new LabelledText("text " + i, i < rare ? "rare" : "common", i + 2));
        }
        return examples;
    }

    private static long count(List<LabelledText> examples, String label) {
        return examples.stream().filter(example -> example.label().equals(label)).count();
    }

    private static Set<String> texts(List<LabelledText> examples) {
        return examples.stream().map(LabelledText::text).collect(Collectors.toSet());
    }

    @Test
    void holdsOutTheSameShareOfEachLabel() {
        StratifiedSplit split = StratifiedSplit.of(examples(50, 450), 0.2, 1);

        assertThat(count(split.heldOut(), "rare")).isEqualTo(10);
        assertThat(count(split.heldOut(), "common")).isEqualTo(90);
        assertThat(split.training()).hasSize(400);
        assertThat(texts(split.training())).doesNotContainAnyElementsOf(texts(split.heldOut()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theOrderOfTheExamplesChangesNothing(long seed) {
        List<LabelledText> shuffled = examples(30, 70);
        StratifiedSplit inOrder = StratifiedSplit.of(shuffled, 0.2, 42);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(StratifiedSplit.of(shuffled, 0.2, 42)).isEqualTo(inOrder);
    }

    @Test
    void anotherSeedHoldsOutOthers() {
        assertThat(texts(StratifiedSplit.of(examples(50, 50), 0.2, 1).heldOut()))
                .isNotEqualTo(texts(StratifiedSplit.of(examples(50, 50), 0.2, 2).heldOut()));
    }

    @Test
    void nearlyAllKeepTheirSideWhenExamplesAreAdded() {
        Set<String> before = texts(StratifiedSplit.of(examples(0, 1000), 0.2, 42).heldOut());
        Set<String> after = texts(StratifiedSplit.of(examples(0, 1100), 0.2, 42).heldOut());

        Set<String> moved = new HashSet<>(before);
        moved.removeAll(after);
        assertThat(moved.size()).isLessThan(20);
    }

    @Test
    void anExampleGivenTwiceIsUsedOnce() {
        List<LabelledText> twice = examples(50, 50);
        twice.addAll(examples(50, 50));

        StratifiedSplit split = StratifiedSplit.of(twice, 0.2, 42);

        assertThat(split.duplicates()).isEqualTo(100);
        assertThat(split.training().size() + split.heldOut().size()).isEqualTo(100);
    }

    @Test
    void anyStretchOfTheTrainingPartHoldsTheLabelsInProportion() {
        List<LabelledText> training = StratifiedSplit.of(examples(250, 750), 0.2, 42).training();

        for (int from = 0; from + 80 <= training.size(); from += 40) {
            assertThat(count(training.subList(from, from + 80), "rare")).isBetween(19L, 21L);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.1, Double.NaN})
    void refusesAShareThatLeavesOneSideEmpty(double share) {
        assertThatThrownBy(() -> StratifiedSplit.of(examples(10, 10), share, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
