package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.batching.DynamicBatcher;
import dev.falcon.batching.Work;
import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of models that are called through batchers. */
class ServedModelsTest {

    private final Ticker ticker = Ticker.system();

    /** A slow model that native code could be: once it is to hang, an interrupt does not bring it back. */
    private static final class Hanging implements ModelRuntime {

        private static final List<String> LABELS = List.of("a", "b");

        private final String name;
        private final CountDownLatch end = new CountDownLatch(1);
        private final AtomicInteger hanging = new AtomicInteger();
        private volatile boolean hangs;

        private Hanging(String name) {
            this.name = name;
        }

        @Override
        public ModelId id() {
            return new ModelId(name, "1", "digest of " + name);
        }

        @Override
        public List<String> labels() {
            return LABELS;
        }

        @Override
        public boolean batchInvariant() {
            return false;
        }

        @Override
        public Prepared prepare(String text) {
            return new Prepared(1) {};
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            hanging.incrementAndGet();
            try {
                Ticker.system().sleep(Duration.ofMillis(3));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            boolean over = !hangs;
            while (!over) {
                // After an interrupt again: native code does not look at it.
                over = awaited(end);
            }
            hanging.decrementAndGet();
            return texts.stream().map(text -> new Prediction(LABELS, new double[]{0.5, 0.5})).toList();
        }
    }

    /** Whether the end has come; else there was an interrupt. */
    private static boolean awaited(CountDownLatch end) {
        try {
            end.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static DynamicBatcher<Prepared, Prediction> batcher(ServedModels models, String name) {
        ServedModels.Running running = Objects.requireNonNull(models.resolve(new ModelReference(name, null)));
        return Objects.requireNonNull(running.batcher());
    }

    private Work<Prepared, Prediction> work(ModelRuntime model) {
        return new Work<>(List.of(model.prepare("text")), Prepared::costTokens,
                Deadline.after(Duration.ofHours(1), ticker));
    }

    @Test
    @Timeout(120)
    void whereOneHangsTheOthersAreEndedAllTheSameAndAllAreWaitedForTogether() throws Exception {
        ServedModels models = new ServedModels(new Settings.Batch(64, 32, 4096, Duration.ZERO),
                new Settings.Limits(64, Duration.ofSeconds(30), Duration.ofSeconds(10), 0), new Metrics("w", ticker),
                ticker);
        Hanging first = new Hanging("first");
        Hanging second = new Hanging("second");
        models.serve(List.of(new ServedModels.Candidate(first, "fake"), new ServedModels.Candidate(second, "fake")));
        first.hangs = true;
        int processors = models.processors().count();
        for (int i = 0; i < processors; i++) {
            assertThat(batcher(models, "first").submit(work(first))).isTrue();
        }
        await().until(() -> first.hanging.get() == processors);
        Work<Prepared, Prediction> waiting = work(second);
        batcher(models, "second").submit(waiting);
        Thread client = Thread.startVirtualThread(() -> {
            try {
                waiting.await(Duration.ofHours(1).toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            first.end.countDown();
        });

        models.close(Deadline.after(Duration.ofHours(1), ticker));

        assertThat(waiting.failure()).as("told to end while the first one hung").hasMessage("the worker stopped");
        assertThat(first.hanging).as("and waited for").hasValue(0);
        client.join();
    }

    @Test
    void aModelThatHangsIsLeftOnceTheTimeIsOver() throws Exception {
        ServedModels models = new ServedModels(new Settings.Batch(64, 32, 4096, Duration.ZERO),
                new Settings.Limits(64, Duration.ofSeconds(30), Duration.ofSeconds(10), 0), new Metrics("w", ticker),
                ticker);
        Hanging model = new Hanging("first");
        models.serve(List.of(new ServedModels.Candidate(model, "fake")));
        model.hangs = true;
        batcher(models, "first").submit(work(model));
        await().until(() -> model.hanging.get() == 1);

        models.close(Deadline.after(Duration.ZERO, ticker));

        assertThat(model.hanging).hasValue(1);
        model.end.countDown();
    }
}
