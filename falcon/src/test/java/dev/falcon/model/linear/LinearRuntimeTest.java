package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.config.Settings;
import dev.falcon.inference.Prediction;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.ModelWriter;
import dev.falcon.model.Prepared;
import dev.falcon.model.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model from training over its directory to its answers. */
class LinearRuntimeTest {

    @TempDir private Path folder;
    private TrainedModel trained;
    private LoadedModel loaded;

    @BeforeEach
    void trainWriteAndLoad() throws Exception {
        trained = LinearTrainer.train(Generated.examples(3, 3, 60), Generated.plan(), Generated.SILENT);
        new ModelWriter(folder).write(trained.manifest(), trained.files(), false);
        loaded = new ModelRepository(new Settings.Models(folder, null), kind -> Optional.of(LinearRuntime::load))
                .load();
    }

    private static List<String> texts(int count) {
        Random random = new Random(17);
        return IntStream.range(0, count).mapToObj(i -> Generated.text(random, i % 3)).toList();
    }

    private static List<Prediction> oneByOne(ModelRuntime runtime, List<String> texts) {
        List<Prediction> predictions = new ArrayList<>();
        for (String text : texts) {
            predictions.addAll(runtime.predict(List.of(runtime.prepare(text))));
        }
        return predictions;
    }

    @Test
    void saysWhatItsManifestSays() {
        assertThat(loaded.manifest()).isEqualTo(trained.manifest());
        assertThat(loaded.runtime().id()).isEqualTo(trained.manifest().id());
        assertThat(loaded.runtime().labels()).containsExactly("label0", "label1", "label2");
        assertThat(loaded.runtime().batchInvariant()).isTrue();
    }

    @Test
    void answersWhatWasTrained() {
        List<String> texts = texts(300);
        List<Prediction> predictions = oneByOne(loaded.runtime(), texts);

        long right = IntStream.range(0, 300).filter(i -> predictions.get(i).label().equals("label" + i % 3)).count();
        assertThat(right).isGreaterThan(280);
    }

    @Test
    void aBatchAnswersInOrderWhatEachTextGetsAlone() {
        ModelRuntime runtime = loaded.runtime();
        List<String> texts = texts(100);
        List<Prepared> batch = texts.stream().map(runtime::prepare).toList();

        assertThat(runtime.predict(batch)).isEqualTo(oneByOne(runtime, texts));
        assertThat(runtime.predict(List.of())).isEmpty();
    }

    @Test
    void theCostIsTheNumberOfWords() {
        assertThat(loaded.runtime().prepare("four words, some unknown").costTokens()).isEqualTo(4);
        assertThat(loaded.runtime().prepare("?").costTokens()).isZero();
    }

    @Test
    void manyThreadsGetTheAnswersOfOne() throws Exception {
        ModelRuntime runtime = loaded.runtime();
        List<String> texts = texts(200);
        List<Prediction> expected = oneByOne(runtime, texts);

        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<Prediction>>> answers = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                answers.add(threads.submit(() -> oneByOne(runtime, texts)));
            }
            for (Future<List<Prediction>> answer : answers) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void refusesATextThatAnotherRuntimePrepared() {
        Prepared foreign = new Prepared(1) {};
        assertThatThrownBy(() -> loaded.runtime().predict(List.of(foreign)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
