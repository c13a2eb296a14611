package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journey to a model that is slow enough to be called through a batcher. */
class QueuedCallsTest {

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private JourneyRig rig;

    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void build() throws Exception {
        rig = JourneyRig.ofSlowModels(folder, 64);
    }

    @AfterEach
    void close() throws InterruptedException {
        clients.shutdownNow();
        rig.close();
    }

    private Future<InferenceOutcome> askSoon(String text) {
        return clients.submit((Callable<InferenceOutcome>) () -> rig.service().infer(rig.request(text, null)));
    }

    /** Takes every processor with a text of its own, which waits until the model goes on. */
    private List<Future<InferenceOutcome>> occupied() {
        rig.model().hold();
        List<Future<InferenceOutcome>> asked = new ArrayList<>();
        for (int i = 0; i < PROCESSORS; i++) {
            int waiting = i + 1;
            asked.add(askSoon("occupies " + i));
            Awaitility.await().until(() -> rig.model().waiting() == waiting);
        }
        return asked;
    }

    @Test
    void aModelOfMillisecondsIsNotCalledDirectly() {
        assertThat(rig.served()).extracting(ServedModels.Served::calls)
                .as("on a busy machine, batches may not be seen to gain")
                .isSubsetOf("batched", "one_at_a_time");
        assertThat(rig.metric("model_call_mode_info", "mode=\"direct\"")).isZero();
    }

    @Test
    void whoCameWhileAllProcessorsWereTakenGetTheirOwnAnswersFromNoMoreRunsThanTexts() throws Exception {
        List<Future<InferenceOutcome>> asked = occupied();
        for (int i = 0; i < 8; i++) {
            asked.add(askSoon("x".repeat(20 + i)));
        }
        Awaitility.await().until(() -> rig.service().inFlight() == asked.size());
        long callsBefore = rig.model().calls();
        rig.model().go();

        for (int i = 0; i < 8; i++) {
            Success success = (Success) asked.get(PROCESSORS + i).get();
            double expected = 1.0 / (1 + 20 + i);
            assertThat(success.answers().getFirst().prediction().probability(0)).isEqualTo(expected);
            assertThat(success.timings().entered(Stage.QUEUE)).isTrue();
            assertThat(success.timings().nanos(Stage.MODEL)).isPositive();
        }
        assertThat(rig.model().calls() - callsBefore).isLessThanOrEqualTo(PROCESSORS + 8);
        assertThat(rig.metric("model_inference_batch_size_sum", "model=\"fake\"")).isEqualTo(PROCESSORS + 8);
    }

    @Test
    void severalTextsOfOneRequestAreAllAnsweredInTheirOrder() {
        Success success = (Success) rig.service()
                .infer(rig.request(List.of("a", "bb", "ccc"), List.of(ModelReference.DEFAULT)));

        assertThat(success.answers()).extracting(answer -> answer.prediction().probability(0))
                .containsExactly(1.0 / 2, 1.0 / 3, 1.0 / 4);
    }

    @Test
    void workWhoseDeadlinePassesWhileItWaitsIsDropped() throws Exception {
        List<Future<InferenceOutcome>> asked = occupied();
        long runs = rig.model().runs();

        InferenceOutcome late = rig.service().infer(rig.requestDue("late", Duration.ofMillis(60)));
        rig.model().go();

        assertThat(((Failure) late).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        for (Future<InferenceOutcome> each : asked) {
            assertThat(each.get()).isInstanceOf(Success.class);
        }
        assertThat(rig.model().runs() - runs).isEqualTo(PROCESSORS);
    }

    @Test
    void workOfAClientThatLeavesWhileItWaitsIsDropped() throws Exception {
        List<Future<InferenceOutcome>> asked = occupied();
        long runs = rig.model().runs();

        InferenceOutcome gone = rig.service().infer(rig.requestOfSomeoneLeaving("leaves"));
        rig.model().go();

        assertThat(((Failure) gone).code()).isEqualTo(ErrorCode.CLIENT_TOO_SLOW);
        for (Future<InferenceOutcome> each : asked) {
            each.get();
        }
        assertThat(rig.model().runs() - runs).isEqualTo(PROCESSORS);
    }

    @Test
    void aRequestThatTheModelFailsOnFailsAloneAndTheNextIsAnswered() {
        rig.model().failNext();

        assertThat(((Failure) rig.service().infer(rig.request("bad luck", null))).code())
                .isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(rig.service().infer(rig.request("bad luck", null))).isInstanceOf(Success.class);
    }
}
