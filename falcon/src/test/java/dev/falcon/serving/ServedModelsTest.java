package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.batching.DynamicBatcher;
import dev.falcon.batching.Work;
import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of models that are called through batchers. */
class ServedModelsTest {

    private final Ticker ticker = Ticker.system();

    private ServedModels models() {
        return new ServedModels(new Settings.Batch(64, 1, 1024, Duration.ZERO),
                new Settings.Limits(64, Duration.ofSeconds(30), Duration.ofSeconds(10), 0), new Metrics("w", ticker),
                ticker);
    }

    /** Slow enough to be called through a batcher. */
    private static ObedientModel model(String name) {
        return new ObedientModel(name, Duration.ofMillis(3));
    }

    private static DynamicBatcher<Prepared, Prediction> batcher(ServedModels models, String name) {
        ServedModels.Running running = Objects.requireNonNull(models.resolve(new ModelReference(name, null)));
        return Objects.requireNonNull(running.batcher());
    }

    private Work<Prepared, Prediction> work(ModelRuntime model) {
        return new Work<>(List.of(model.prepare("text")), Prepared::costTokens,
                Deadline.after(Duration.ofHours(1), ticker), () -> false);
    }

    private static Thread runSoon(DynamicBatcher<Prepared, Prediction> batcher, Work<Prepared, Prediction> work,
            Runnable afterwards) {
        return Thread.startVirtualThread(() -> {
            try {
                batcher.run(work);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            afterwards.run();
        });
    }

    @Test
    @Timeout(120)
    void whereOneHangsTheOthersAreEndedAllTheSameAndAllAreWaitedForTogether() throws Exception {
        ServedModels models = models();
        ObedientModel first = model("first");
        ObedientModel second = model("second");
        models.serve(List.of(new ServedModels.Candidate(first, "fake"), new ServedModels.Candidate(second, "fake")));
        first.hold();
        int processors = models.processors().count();
        for (int i = 0; i < processors; i++) {
            runSoon(batcher(models, "first"), work(first), () -> {});
        }
        await().until(() -> first.waiting() == processors);
        Work<Prepared, Prediction> waiting = work(second);
        Thread client = runSoon(batcher(models, "second"), waiting, first::go);
        await().until(() -> client.getState() == Thread.State.WAITING);

        models.close(Deadline.after(Duration.ofHours(1), ticker));

        assertThat(waiting.failure()).as("told to end while the first one hung").hasMessage("the worker stopped");
        assertThat(first.waiting()).as("and waited for").isZero();
        client.join();
    }

    @Test
    void aModelThatHangsIsLeftOnceTheTimeIsOver() throws Exception {
        ServedModels models = models();
        ObedientModel model = model("first");
        models.serve(List.of(new ServedModels.Candidate(model, "fake")));
        model.hold();
        Work<Prepared, Prediction> hangs = work(model);
        runSoon(batcher(models, "first"), hangs, () -> {});
        await().until(() -> model.waiting() == 1);

        models.close(Deadline.after(Duration.ZERO, ticker));

        assertThat(hangs.failure()).as("who asked is not left waiting").hasMessage("the worker stopped");
        assertThat(model.waiting()).isOne();
        model.go();
    }
}
