package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.batching.Mode.Way;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ModeTest {

    private static Mode mode(boolean invariant, Map<Integer, Integer> microsBySize) {
        TreeMap<Integer, Long> nanos = new TreeMap<>();
        microsBySize.forEach((size, micros) -> nanos.put(size, micros * 1000L));
        return Mode.of(invariant, nanos);
    }

    @Test
    void aModelOfMicrosecondsIsCalledDirectly() {
        assertThat(mode(true, Map.of(1, 20)).way()).isEqualTo(Way.DIRECT);
        assertThat(mode(true, Map.of(1, 299, 8, 300)).way()).as("however much a batch would gain")
                .isEqualTo(Way.DIRECT);
        assertThat(mode(false, Map.of(1, 20)).way()).isEqualTo(Way.DIRECT);
    }

    @Test
    void aSlowModelWhoseBatchesGainIsBatchedAtTheSizeThatGainsMost() {
        Mode mode = mode(true, Map.of(1, 4000, 2, 7000, 4, 12_000, 8, 20_000, 16, 44_000));

        assertThat(mode.way()).isEqualTo(Way.BATCHED);
        assertThat(mode.size()).isEqualTo(8);
        assertThat(mode.gain()).isEqualTo(1.6);
    }

    @Test
    void aLargerBatchThatGainsNextToNothingMoreIsNotWaitedFor() {
        assertThat(mode(true, Map.of(1, 4000, 4, 10_000, 32, 79_000)).size()).isEqualTo(4);
    }

    @Test
    void batchesThatGainLittleOrCostAreNotMade() {
        assertThat(mode(true, Map.of(1, 4000, 8, 30_000))).isEqualTo(new Mode(Way.ONE_AT_A_TIME, 1, 1));
        assertThat(mode(true, Map.of(1, 4000, 8, 40_000)).way()).isEqualTo(Way.ONE_AT_A_TIME);
    }

    @Test
    void aModelWhoseAnswersDependOnItsBatchIsNeverBatched() {
        assertThat(mode(false, Map.of(1, 4000, 8, 8000)).way()).isEqualTo(Way.ONE_AT_A_TIME);
    }

    @Test
    void batchesAreTriedOnlyWhereTheyCouldBeMade() {
        assertThat(Mode.isWorthTrying(true, 5_000_000)).isTrue();
        assertThat(Mode.isWorthTrying(false, 5_000_000)).isFalse();
        assertThat(Mode.isWorthTrying(true, 20_000)).isFalse();
    }
}
