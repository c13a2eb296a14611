package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Received;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journey over real rooms, with a model that can be told to wait or to fail. */
class InferenceServiceTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private JourneyRig rig;

    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void build() throws Exception {
        rig = new JourneyRig(folder, 16);
    }

    @AfterEach
    void close() throws InterruptedException {
        clients.shutdownNow();
        rig.close();
    }

    private InferenceOutcome ask(String text) {
        return rig.service().infer(rig.request(text, null));
    }

    private static Success success(InferenceOutcome outcome) {
        assertThat(outcome).isInstanceOf(Success.class);
        return (Success) outcome;
    }

    private static Failure failure(InferenceOutcome outcome) {
        assertThat(outcome).isInstanceOf(Failure.class);
        return (Failure) outcome;
    }

    @Test
    void theFirstAnswerIsComputedAndTheNextComesOutOfTheCache() {
        Success first = success(ask("good"));
        Success second = success(ask("good"));

        assertThat(first.answers().getFirst().cacheHit()).isFalse();
        assertThat(second.answers().getFirst().cacheHit()).isTrue();
        assertThat(second.answers().getFirst().prediction()).isEqualTo(first.answers().getFirst().prediction());
        assertThat(rig.model().runs()).isEqualTo(1);
    }

    @Test
    void equalTextsInFlightAreComputedOnce() throws Exception {
        rig.model().hold();
        List<Future<InferenceOutcome>> asked = IntStream.range(0, 10)
                .mapToObj(i -> clients.submit((Callable<InferenceOutcome>) () -> ask("same")))
                .toList();
        Awaitility.await().until(() -> rig.service().inFlight() == 10 && rig.model().waiting() == 1);
        rig.model().go();

        for (Future<InferenceOutcome> outcome : asked) {
            success(outcome.get());
        }
        assertThat(rig.model().runs()).isEqualTo(1);
    }

    @Test
    void whoWaitsForAComputationThatFailsComputesForItself() throws Exception {
        rig.model().hold();
        rig.model().failNext();
        Future<InferenceOutcome> first = clients.submit(() -> ask("same"));
        Awaitility.await().until(() -> rig.model().waiting() == 1);
        Future<InferenceOutcome> second = clients.submit(() -> ask("same"));
        Awaitility.await().until(() -> rig.service().inFlight() == 2);
        rig.model().go();

        assertThat(List.of(first.get(), second.get())).filteredOn(Failure.class::isInstance).hasSize(1);
        assertThat(List.of(first.get(), second.get())).filteredOn(Success.class::isInstance).hasSize(1);
    }

    @Test
    void severalTextsAndAModelNamedTwiceAreAnsweredByTextAndThenByModel() {
        ModelReference named = new ModelReference("fake", null);

        Success success = success(rig.service()
                .infer(rig.request(List.of("a", "bb", "a"), List.of(ModelReference.DEFAULT, named))));

        assertThat(success.answers()).extracting(answer -> answer.item()).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(success.answers().get(0).prediction()).isEqualTo(success.answers().get(4).prediction())
                .isNotEqualTo(success.answers().get(2).prediction());
        assertThat(rig.model().runs()).as("texts run, each once").isEqualTo(2);
    }

    @Test
    void aModelThatIsNotLoadedIsRefusedByName() {
        Failure failure = failure(rig.service()
                .infer(rig.request(List.of("a"), List.of(new ModelReference("other", "3")))));

        assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_MODEL);
        assertThat(failure.detail()).contains("other/3");
    }

    @Test
    void aTextIsAnsweredByTheModelThatIsAskedAndCachedForThatOne() {
        List<ModelReference> second = List.of(new ModelReference("second", "1"));
        success(rig.service().infer(rig.request(List.of("a"), second)));
        Success again = success(rig.service().infer(rig.request(List.of("a"), second)));
        Success other = success(ask("a"));

        assertThat(again.answers().getFirst().model().name()).isEqualTo("second");
        assertThat(again.answers().getFirst().cacheHit()).isTrue();
        assertThat(other.answers().getFirst().cacheHit()).isFalse();
        assertThat(rig.model().runs()).isEqualTo(1);
        assertThat(rig.second().runs()).isEqualTo(1);
        assertThat(rig.metric("inference_requests_total", "model=\"second\"")).isEqualTo(2);
    }

    @Test
    void severalModelsAnswerEachTextAndEachAnswerIsRecorded() throws Exception {
        List<ModelReference> both = List.of(new ModelReference("second", null), ModelReference.DEFAULT);
        Success success = success(rig.service().infer(rig.request(List.of("a", "bb"), both)));

        assertThat(success.answers()).extracting(answer -> answer.item() + " " + answer.model().name())
                .containsExactly("0 second", "0 fake", "1 second", "1 fake");
        assertThat(rig.metric("inference_requests_total", "status=\"success\"")).as("once, whatever it asks")
                .isEqualTo(1);
        assertThat(rig.recordsAfterFlush()).hasSize(4);
    }

    @Test
    void oneModelOfSeveralThatFailsFailsTheRequestAndIsRecordedAsTheOneThatDid() throws Exception {
        rig.second().failNext();
        List<ModelReference> both = List.of(ModelReference.DEFAULT, new ModelReference("second", null));

        Failure failure = failure(rig.service().infer(rig.request(List.of("a"), both)));

        assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(failure.detail()).contains("second/1");
        assertThat(rig.modelsRecordedAfterFlush()).containsExactly("second");
    }

    @Test
    void aKeyIsBoundToTheModelAsItWasAsked() {
        List<ModelReference> second = List.of(new ModelReference("second", null));
        success(rig.service().infer(rig.request("keyed", "key-1")));

        assertThat(failure(rig.service().infer(rig.keyed(List.of("keyed"), second, "key-1"))).code())
                .isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void aModelThatThrowsIsAFailureOfThatRequestOnly() {
        rig.model().failNext();

        Failure failure = failure(ask("bad luck"));

        assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(failure.detail()).doesNotContain("bad luck");
        success(ask("bad luck"));
        assertThat(rig.metric("inference_errors_total", "model_failed")).isEqualTo(1);
    }

    @Test
    void workPastItsDeadlineIsNotRun() {
        Received late = rig.requestDue("late", Duration.ZERO);

        assertThat(failure(rig.service().infer(late)).code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(rig.model().runs()).isZero();
    }

    @Test
    void workOfACallerWhoLeftIsNotRun() {
        assertThat(failure(rig.service().infer(rig.requestOfSomeoneGone("left"))).code())
                .isEqualTo(ErrorCode.CLIENT_TOO_SLOW);
        assertThat(rig.model().runs()).isZero();
    }

    @Test
    void moreThanThePlacesInFlightAreRefusedAtOnce() throws Exception {
        rig.model().hold();
        List<Future<InferenceOutcome>> held = IntStream.range(0, 16)
                .mapToObj(i -> clients.submit((Callable<InferenceOutcome>) () -> ask("text " + i)))
                .toList();
        Awaitility.await().until(() -> rig.service().inFlight() == 16);

        Failure refusal = failure(ask("one more"));

        assertThat(refusal.code()).isEqualTo(ErrorCode.OVERLOADED);
        rig.model().go();
        for (Future<InferenceOutcome> outcome : held) {
            success(outcome.get());
        }
        assertThat(rig.service().inFlight()).isZero();
        success(ask("one more"));
    }

    @Test
    void aRetryWithTheSameKeyGetsTheFirstAnswer() {
        Success first = success(rig.service().infer(rig.request("keyed", "key-1")));
        Success retry = success(rig.service().infer(rig.request("keyed", "key-1")));

        assertThat(first.idempotency()).isEqualTo(IdempotencyStatus.STORED);
        assertThat(retry.idempotency()).isEqualTo(IdempotencyStatus.REPLAYED);
        assertThat(retry.answers().getFirst().prediction()).isEqualTo(first.answers().getFirst().prediction());
        assertThat(retry.answers().getFirst().model()).isEqualTo(first.answers().getFirst().model());
        assertThat(rig.model().runs()).isEqualTo(1);
    }

    @Test
    void aKeyUsedForAnotherTextIsAMismatch() {
        success(rig.service().infer(rig.request("keyed", "key-1")));

        Failure mismatch = failure(rig.service().infer(rig.request("other", "key-1")));

        assertThat(mismatch.code()).isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
        assertThat(mismatch.detail()).as("a sentence").matches("[A-Z].*\\.");
        success(rig.service().infer(rig.request("other", "key-2")));
    }

    @Test
    void aFailureIsNotStoredUnderItsKey() {
        rig.model().failNext();
        failure(rig.service().infer(rig.request("keyed", "key-1")));

        assertThat(success(rig.service().infer(rig.request("keyed", "key-1"))).idempotency())
                .isEqualTo(IdempotencyStatus.STORED);
    }

    @Test
    void aSecondRequestWithARunningKeyWaitsWithoutAPlaceInFlightAndGetsItsAnswer() throws Exception {
        rig.model().hold();
        Future<InferenceOutcome> first = clients.submit(() -> rig.service().infer(rig.request("keyed", "key-1")));
        Awaitility.await().until(() -> rig.model().waiting() == 1);
        Future<InferenceOutcome> second = clients.submit(() -> rig.service().infer(rig.request("keyed", "key-1")));
        Awaitility.await().during(Duration.ofMillis(100)).until(() -> rig.service().inFlight() == 1);
        rig.model().go();

        assertThat(success(first.get()).idempotency()).isEqualTo(IdempotencyStatus.STORED);
        assertThat(success(second.get()).idempotency()).isEqualTo(IdempotencyStatus.REPLAYED);
        assertThat(rig.model().runs()).isEqualTo(1);
    }

    @Test
    void aRequestThatWaitsForItsKeyPastItsDeadlineIsToldSo() throws InterruptedException, ExecutionException {
        rig.model().hold();
        Future<InferenceOutcome> first = clients.submit(() -> rig.service().infer(rig.request("keyed", "key-1")));
        Awaitility.await().until(() -> rig.model().waiting() == 1);

        Failure failure = failure(rig.service().infer(rig.keyedRequestDue("keyed", "key-1", Duration.ofMillis(300))));

        assertThat(failure.code()).isEqualTo(ErrorCode.IDEMPOTENCY_IN_PROGRESS);
        assertThat(rig.metric("idempotency_conflicts_total", "")).isEqualTo(1);
        rig.model().go();
        success(first.get());
    }

    @Test
    void everyAnswerAndEveryBrokenPromiseIsRecordedAndNoRefusalIs() throws Exception {
        success(rig.service().infer(rig.request("one", "key-1")));
        success(rig.service().infer(rig.request("one", "key-1")));
        success(ask("one"));
        rig.model().failNext();
        failure(ask("two"));
        failure(rig.service().infer(rig.requestDue("three", Duration.ZERO)));
        failure(rig.service().infer(rig.request("other", "key-1")));
        rig.service().infer(new Received.Refused("r", Failure.of(ErrorCode.MALFORMED_REQUEST, "no")));

        assertThat(rig.recordsAfterFlush()).containsExactly("true false false null", "true false true null",
                "true true false null", "false false false model_failed", "false false false deadline_exceeded");
        assertThat(rig.metric("inference_requests_total", "status=\"refused\"")).isEqualTo(2);
        assertThat(rig.metric("inference_requests_total", "status=\"error\"")).isEqualTo(2);
        assertThat(rig.metric("inference_requests_total", "status=\"success\"")).isEqualTo(3);
    }

    @Test
    void beforeAModelIsWarmRequestsAreRefusedAsNotReady() throws Exception {
        JourneyRig cold = JourneyRig.cold(folder.resolve("cold"));

        Failure failure = failure(cold.service().infer(cold.request("early", null)));

        assertThat(failure.code()).isEqualTo(ErrorCode.NOT_READY);
        cold.close();
    }
}
