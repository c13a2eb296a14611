package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.batching.Mode;
import dev.falcon.batching.Mode.Way;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.quarantine.Quarantine;
import dev.falcon.testing.HandTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models whose calls take the time that a test gives them. */
class WarmUpTest {

    private final HandTicker ticker = new HandTicker();
    private final WarmUp warmUp = new WarmUp(ticker, 32);

    private static final class Text extends Prepared {
        Text() {
            super(10);
        }
    }

    /** A model whose call with so many texts takes so many microseconds. */
    private final class TimedModel implements ModelRuntime {
        private String preparation = "an encoder";
        private final boolean batchInvariant;
        private final IntToLongFunction micros;
        private final double[] probabilities;
        private int largest;
        private int calls;

        TimedModel(boolean batchInvariant, IntToLongFunction micros, double... probabilities) {
            this.batchInvariant = batchInvariant;
            this.micros = micros;
            this.probabilities = probabilities.length == 0 ? new double[]{0.5, 0.5} : probabilities;
        }

        @Override
        public ModelId id() {
            return new ModelId("timed", "1", "d");
        }

        @Override
        public List<String> labels() {
            return List.of("a", "b");
        }

        @Override
        public boolean batchInvariant() {
            return batchInvariant;
        }

        TimedModel on(String encoder) {
            preparation = encoder;
            return this;
        }

        @Override
        public boolean callsNativeCode() {
            return true;
        }

        @Override
        public String preparation() {
            return preparation;
        }

        @Override
        public Prepared prepare(String text) {
            return new Text();
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            calls++;
            largest = Math.max(largest, texts.size());
            ticker.advance(Duration.ofNanos(micros.applyAsLong(texts.size()) * 1000));
            return texts.stream().map(text -> new Prediction(labels(), probabilities.clone())).toList();
        }
    }

    @Test
    void aModelOfMicrosecondsIsCalledDirectlyAndNoBatchIsTried() {
        TimedModel model = new TimedModel(true, size -> 20L * size);

        WarmUp.Result result = warmUp.of(model);

        assertThat(result.mode()).isEqualTo(Mode.DIRECT);
        assertThat(model.largest).isEqualTo(1);
        assertThat(Duration.ofNanos(result.elapsedNanos())).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void aModelWhoseBatchesGainIsBatchedAtItsBestSize() {
        WarmUp.Result result = warmUp.of(new TimedModel(true, size -> size <= 8 ? 2000 + 1000L * size : 1500L * size));

        assertThat(result.mode().way()).isEqualTo(Way.BATCHED);
        assertThat(result.mode().size()).isEqualTo(8);
        assertThat(result.mode().gain()).isBetween(2.3, 2.5);
    }

    @Test
    void aModelWhoseBatchesDoNotGainIsCalledOneTextAtATimeAndTheTrialEndsEarly() {
        TimedModel model = new TimedModel(true, size -> size == 1 ? 3000 : 4000L * size);

        assertThat(warmUp.of(model).mode().way()).isEqualTo(Way.ONE_AT_A_TIME);
        assertThat(model.largest).isEqualTo(2);
    }

    @Test
    void noBatchIsTriedOnAModelWhoseAnswersDependOnIt() {
        TimedModel model = new TimedModel(false, size -> 3000);

        assertThat(warmUp.of(model).mode().way()).isEqualTo(Way.ONE_AT_A_TIME);
        assertThat(model.largest).isEqualTo(1);
    }

    @Test
    void aModelLikeOneBeforeItIsCalledLikeThatOneWithoutATrial() {
        Mode first = warmUp.of(new TimedModel(true, size -> 2000 + 1000L * size)).mode();
        TimedModel second = new TimedModel(true, size -> 2100 + 1000L * size);
        TimedModel slower = new TimedModel(true, size -> 9000L * size);

        assertThat(warmUp.of(second).mode()).isEqualTo(first);
        assertThat(second.largest).isEqualTo(1);
        assertThat(second.calls).as("warm already").isLessThan(20);
        assertThat(warmUp.of(slower).mode().way()).as("another speed").isEqualTo(Way.ONE_AT_A_TIME);
    }

    /** As the server does it with every model that calls native code. */
    private static ModelRuntime asServed(ModelRuntime model, Path folder) {
        return WatchedRuntime.of(model, new Quarantine(new Quarantine.Home(folder, "w"), null,
                new Quarantine.Clocks(new HandTicker(), InstantSource.system())), null);
    }

    @Test
    void modelsAsServedAreLikeEachOtherOnlyWhereOneEncoderWorksForBoth(@TempDir Path folder) {
        TimedModel head = new TimedModel(true, size -> 2000 + 1000L * size).on("one");
        TimedModel graph = new TimedModel(true, size -> 3000L * size).on("the graph");
        TimedModel further = new TimedModel(true, size -> 2100 + 1000L * size).on("one");

        Mode ofHead = warmUp.of(asServed(head, folder)).mode();
        WarmUp.Result ofGraph = warmUp.of(asServed(graph, folder));
        Mode ofFurther = warmUp.of(asServed(further, folder)).mode();

        assertThat(ofHead.way()).isEqualTo(Way.BATCHED);
        assertThat(ofGraph.mode().way()).as("as quick alone, and its batches do not gain").isEqualTo(Way.ONE_AT_A_TIME);
        assertThat(graph.largest).as("tried in batches").isGreaterThan(1);
        assertThat(Duration.ofNanos(ofGraph.elapsedNanos())).as("a whole warm-up")
                .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(ofFurther).isEqualTo(ofHead);
        assertThat(further.largest).as("no trial").isEqualTo(1);
    }

    /** A model that takes its time for a text once, whoever asks for it then. */
    private final class RememberingModel implements ModelRuntime {
        private static final class Remembered extends Prepared {
            private boolean worked;

            Remembered() {
                super(10);
            }
        }

        @Override
        public ModelId id() {
            return new ModelId("remembering", "1", "d");
        }

        @Override
        public List<String> labels() {
            return List.of("a", "b");
        }

        @Override
        public boolean batchInvariant() {
            return true;
        }

        @Override
        public Prepared prepare(String text) {
            return new Remembered();
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            for (Prepared text : texts) {
                Remembered own = (Remembered) text;
                ticker.advance(Duration.ofNanos(own.worked ? 1000 : 3_000_000));
                own.worked = true;
            }
            return texts.stream().map(text -> new Prediction(labels(), new double[]{0.5, 0.5})).toList();
        }

        @Override
        public float[] embedding(Prepared text) {
            return new float[]{1, 0};
        }
    }

    @Test
    void aModelThatRemembersWhatItDidForATextIsTimedOnTextsItHasNotSeen() {
        WarmUp.Result result = warmUp.of(new RememberingModel());

        assertThat(result.mode().way()).isEqualTo(Way.ONE_AT_A_TIME);
        assertThat(result.embeddingDimensions()).isEqualTo(2);
        assertThat(warmUp.of(new TimedModel(true, size -> 20L * size)).embeddingDimensions()).isZero();
    }

    @Test
    void aSlowModelIsWarmWithinSeconds() {
        WarmUp.Result result = warmUp.of(new TimedModel(true, size -> 50_000 + 10_000L * size));

        assertThat(Duration.ofNanos(result.elapsedNanos())).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aModelThatAnswersNonsenseIsNotServed() {
        assertThatThrownBy(() -> warmUp.of(new TimedModel(true, size -> 10, 0.5, 0.6)))
                .hasMessageContaining("timed/1")
                .hasMessageContaining("sum to 1.1");
    }
}
