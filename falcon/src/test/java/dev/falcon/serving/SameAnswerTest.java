package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.quarantine.Quarantine;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The promise, of the models that are shipped and on the whole way: whoever asks beside it, a text has one answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameAnswerTest {

    private static final double SAME = 1e-5;
    private static final int BATCH = 7;
    private static final int ORDERS = 3;

    /** From a word to more than is read. */
    private static final List<String> TEXTS = texts();

    private final Runtimes runtimes = new Runtimes(
            new Settings.Encoding(Path.of("target", "encoder-cache"), 256));

    @SuppressWarnings("NullAway.Init") // loaded before the tests
    private ModelRuntime encoded;
    @SuppressWarnings("NullAway.Init") // loaded before the tests
    private ModelRuntime linear;

    @BeforeAll
    void load() throws Exception {
        encoded = shipped("sentiment");
        linear = shipped("sentiment-linear");
    }

    @AfterAll
    void close() {
        runtimes.close();
    }

    private ModelRuntime shipped(String name) throws Exception {
        return new ModelRepository(new Settings.Models(Path.of("..", "models"), name), runtimes::ofKind).load()
                .runtime();
    }

    private static List<String> texts() {
        List<String> parts = List.of("Great.", "The soup was cold and nobody cared", "not bad at all",
                "I would not buy this phone again, its battery died within a week", "lovely staff", "it is what it is",
                "🙂 merci", "A slow film that I did not want to end");
        Random random = new Random(5);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            StringBuilder text = new StringBuilder(parts.get(i % parts.size()));
            for (int more = random.nextInt(i % 3 == 0 ? 12 : 3); more > 0; more--) {
                text.append(", ").append(parts.get(random.nextInt(parts.size())));
            }
            texts.add(text.append(' ').append(i).toString());
        }
        texts.add("We waited and waited for the soup. ".repeat(60));
        return List.copyOf(texts);
    }

    /** Takes its time for a call and little more for a text, so that warm-up finds that it is best called in batches. */
    private record SlowToBegin(ModelRuntime runtime) implements ModelRuntime {

        private static final long NANOS = 2_000_000;

        @Override
        public ModelId id() {
            return runtime.id();
        }

        @Override
        public List<String> labels() {
            return runtime.labels();
        }

        @Override
        public boolean batchInvariant() {
            return runtime.batchInvariant();
        }

        @Override
        public Prepared prepare(String text) {
            return runtime.prepare(text);
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            LockSupport.parkNanos(NANOS);
            return runtime.predict(texts);
        }
    }

    private static Map<String, Prediction> alone(ModelRuntime model) {
        Map<String, Prediction> answers = new LinkedHashMap<>();
        TEXTS.forEach(text -> answers.put(text, model.predict(List.of(model.prepare(text))).getFirst()));
        assertThat(answers.values().stream().map(Prediction::label).distinct()).as("or nothing could change")
                .hasSizeGreaterThan(1);
        return answers;
    }

    private static void assertSame(Prediction expected, Prediction answer) {
        assertThat(answer.label()).isEqualTo(expected.label());
        assertThat(answer.truncated()).isEqualTo(expected.truncated());
        for (int label = 0; label < expected.labels().size(); label++) {
            assertThat(Math.abs(answer.probability(label) - expected.probability(label))).isLessThanOrEqualTo(SAME);
        }
    }

    /** Some alone and some in batches, in an order of the seed's. */
    private static List<List<String>> questions(long seed) {
        List<String> shuffled = new ArrayList<>(TEXTS);
        Collections.shuffle(shuffled, new Random(seed));
        List<List<String>> questions = new ArrayList<>();
        for (int from = 0; from < shuffled.size(); from += BATCH) {
            questions.add(shuffled.subList(from, Math.min(from + BATCH, shuffled.size())));
            questions.add(List.of(shuffled.get(from)));
        }
        return questions;
    }

    private static void assertSameInCompany(JourneyRig rig, ModelRuntime model) throws Exception {
        Map<String, Prediction> alone = alone(model);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            // One order after the other: equal texts in flight are computed once.
            for (long seed = 0; seed < ORDERS; seed++) {
                Map<List<String>, Future<List<Answer>>> asked = new LinkedHashMap<>();
                for (List<String> texts : questions(seed)) {
                    asked.put(texts, clients.submit((Callable<List<Answer>>) () -> ((Success) rig.service()
                            .infer(rig.request(texts, List.of(new ModelReference(model.id().name(), null)))))
                            .answers()));
                }
                for (Map.Entry<List<String>, Future<List<Answer>>> question : asked.entrySet()) {
                    List<String> texts = question.getKey();
                    for (int i = 0; i < texts.size(); i++) {
                        assertSame(Objects.requireNonNull(alone.get(texts.get(i))),
                                question.getValue().get().get(i).prediction());
                    }
                }
            }
        }
    }

    private static String calls(JourneyRig rig, ModelRuntime model) {
        return rig.served()
                .stream()
                .filter(served -> served.id().equals(model.id()))
                .map(ServedModels.Served::calls)
                .findFirst()
                .orElseThrow();
    }

    private static double batchSizes(JourneyRig rig, ModelRuntime model, String what) {
        return rig.metric("model_inference_batch_size_" + what, "model=\"" + model.id().name() + "\"");
    }

    @Test
    void textsOfTheShippedModelsThatWaitForTheirTurnTogetherAreAnsweredAsAlone(@TempDir Path folder) throws Exception {
        Quarantine quarantine = new Quarantine(new Quarantine.Home(folder, "w"), null,
                new Quarantine.Clocks(Ticker.system(), InstantSource.system()));
        JourneyRig rig = JourneyRig.computing(folder, 200,
                List.of(WatchedRuntime.of(encoded, quarantine, null), linear));
        try {
            assertThat(calls(rig, encoded)).isEqualTo("one_at_a_time");
            assertSameInCompany(rig, encoded);
            assertThat(batchSizes(rig, encoded, "sum")).as("all through its batcher")
                    .isGreaterThanOrEqualTo(ORDERS * TEXTS.size());
            assertSameInCompany(rig, linear);
        } finally {
            rig.close();
            quarantine.close();
        }
    }

    @Test
    void textsOfTheShippedLinearModelThatShareBatchesAreAnsweredAsAlone(@TempDir Path folder) throws Exception {
        ModelRuntime batched = new SlowToBegin(linear);
        JourneyRig rig = JourneyRig.computing(folder, 200, List.of(batched));
        try {
            assertThat(calls(rig, batched)).isEqualTo("batched");
            assertSameInCompany(rig, batched);
            assertThat(batchSizes(rig, batched, "sum")).as("texts in shared calls")
                    .isGreaterThan(2 * batchSizes(rig, batched, "count"));
        } finally {
            rig.close();
        }
    }
}
