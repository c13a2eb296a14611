package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Embedding;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Stage;
import dev.falcon.model.ModelRuntime;
import java.nio.file.Files;
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

/** The journey to several heads of one encoder, and past them to its embeddings. */
class HeadsTest {

    private static final int PLACES = 8;
    private static final List<ModelReference> HEADS = named("mood", "topic", "urgency");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private final FakeEncoder encoder = new FakeEncoder(Duration.ofMillis(3));
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @SuppressWarnings("NullAway.Init") // set before each test
    private JourneyRig rig;
    private int warmUps;

    @BeforeEach
    void build() throws Exception {
        rig = JourneyRig.serving(folder, PLACES, heads(encoder));
        warmUps = encoder.embedded();
    }

    @AfterEach
    void close() throws InterruptedException {
        encoder.go();
        clients.shutdownNow();
        rig.close();
    }

    private static List<ModelRuntime> heads(FakeEncoder encoder) {
        return List.of(encoder.head("mood", 0.1), encoder.head("topic", -0.2), encoder.head("urgency", 0.05));
    }

    private static List<ModelReference> named(String... models) {
        return List.of(models).stream().map(model -> new ModelReference(model, null)).toList();
    }

    private Success ask(List<String> texts, List<ModelReference> models) {
        return (Success) rig.service().infer(rig.request(texts, models));
    }

    private int embedded() {
        return encoder.embedded() - warmUps;
    }

    private InferenceOutcome embed(String... texts) {
        return rig.service().infer(rig.toEmbed(List.of(texts), "mood", Duration.ofSeconds(30)));
    }

    private static List<Prediction> predictions(Success success) {
        return success.answers().stream().map(Answer::prediction).toList();
    }

    @Test
    void aTextIsEmbeddedOnceForAllHeadsWhichAnswerAsTheyDoAlone() throws Exception {
        List<String> texts = List.of("short", "somewhat longer");

        Success together = ask(texts, HEADS);

        assertThat(embedded()).isEqualTo(2);
        FakeEncoder another = new FakeEncoder(Duration.ZERO);
        JourneyRig separate =
                JourneyRig.serving(Files.createDirectory(folder.resolve("separate")), PLACES, heads(another));
        try {
            List<Prediction> alone = new ArrayList<>();
            for (String text : texts) {
                for (ModelReference head : HEADS) {
                    alone.addAll(predictions(
                            (Success) separate.service().infer(separate.request(List.of(text), List.of(head)))));
                }
            }
            assertThat(predictions(together)).isEqualTo(alone).doesNotHaveDuplicates();
        } finally {
            separate.close();
        }
    }

    @Test
    void furtherHeadsWaitInNoBatchersQueue() {
        assertThat(rig.served()).filteredOn(model -> model.embeddingDimensions() > 0)
                .extracting(ServedModels.Served::calls)
                .hasSize(3)
                .doesNotContain("direct");

        ask(List.of("a text"), HEADS);

        assertThat(rig.metric("model_inference_batch_size_sum", "model=\"mood\"")).isEqualTo(1);
        assertThat(rig.metric("model_inference_batch_size_sum", "model=\"topic\"")).isZero();
        assertThat(rig.metric("model_inference_batch_size_sum", "model=\"urgency\"")).isZero();
    }

    @Test
    void onlyTextsThatSomeHeadMissesAreEmbedded() {
        ask(List.of("known to mood"), named("mood"));
        assertThat(embedded()).isEqualTo(1);

        Success mixed = ask(List.of("known to mood", "new"), HEADS);
        assertThat(embedded()).as("the new one for mood, the other for topic, none for urgency").isEqualTo(3);
        assertThat(mixed.answers()).extracting(Answer::cacheHit)
                .containsExactly(true, false, false, false, false, false);

        assertThat(ask(List.of("known to mood", "new"), HEADS).answers()).allMatch(Answer::cacheHit);
        assertThat(embedded()).isEqualTo(3);
    }

    @Test
    void modelsOfOtherPreparationsAreAskedBesideThem() {
        Success success = ask(List.of("12345"), named("fake", "mood", "topic"));

        assertThat(success.answers().getFirst().prediction().probability(0)).isEqualTo(1.0 / 6);
        assertThat(embedded()).isEqualTo(1);
        assertThat(rig.model().runs()).isEqualTo(1);
    }

    @Test
    void aTruncatedTextSaysSoAndIsCountedWheneverItIsAnswered() {
        String tooLong = "x".repeat(FakeEncoder.READS + 1);
        List<String> texts = List.of("fits", tooLong);

        for (int time = 1; time <= 3; time++) {
            Success success = (Success) rig.service()
                    .infer(time == 1
                            ? rig.request(texts, named("mood", "topic"))
                            : rig.keyed(texts, named("mood", "topic"), "key"));
            assertThat(success.answers()).extracting(answer -> answer.prediction().truncated())
                    .as("computed, then cached, then replayed")
                    .containsExactly(false, false, true, true);
            assertThat(rig.metric("inference_truncated_texts_total", "model=\"mood\"")).isEqualTo(time);
            assertThat(rig.metric("inference_truncated_texts_total", "model=\"topic\"")).isEqualTo(time);
        }
        assertThat(rig.metric("inference_requests_total", "cache_hit=\"idempotency\"")).isEqualTo(1);
        assertThat(rig.metric("inference_truncated_texts_total", "model=\"urgency\"")).isZero();
    }

    @Test
    void embeddingsComeInTheOrderOfTheTextsAndEqualTextsAreEmbeddedOnce() {
        String tooLong = "x".repeat(FakeEncoder.READS + 1);

        Embedded embedded = (Embedded) embed("four", tooLong, "four");

        assertThat(embedded.model().name()).isEqualTo("mood");
        assertThat(embedded.embeddings()).extracting(embedding -> embedding.component(0)).containsExactly(4f, 20f, 4f);
        assertThat(embedded.embeddings()).extracting(Embedding::dimensions).containsOnly(FakeEncoder.DIMENSIONS);
        assertThat(embedded.embeddings()).extracting(Embedding::truncated).containsExactly(false, true, false);
        assertThat(embedded()).isEqualTo(2);
        assertThat(rig.metric("inference_truncated_texts_total", "model=\"mood\"")).isEqualTo(1);
    }

    @Test
    void anEmbeddingIsCountedAndTimedLikeAnAnswerButNeitherCachedNorRecorded() throws Exception {
        Embedded first = (Embedded) embed("a text");
        embed("a text");

        assertThat(embedded()).isEqualTo(2);
        assertThat(List.of(Stage.ADMISSION, Stage.TOKENIZE, Stage.QUEUE, Stage.MODEL))
                .allMatch(first.timings()::entered);
        assertThat(first.timings().entered(Stage.CACHE)).isFalse();
        assertThat(rig.metric("inference_requests_total", "status=\"success\"")).isEqualTo(2);
        assertThat(rig.metric("inference_duration_seconds_count", "model=\"mood\"")).isEqualTo(2);
        assertThat(rig.metric("inference_stage_duration_seconds_count", "stage=\"model\"")).isEqualTo(2);
        assertThat(rig.metric("model_inference_batch_size_sum", "model=\"mood\"")).isEqualTo(2);
        assertThat(rig.metric("cache_misses_total", "")).isZero();
        assertThat(rig.recordsAfterFlush()).isEmpty();
    }

    @Test
    void aModelWithoutEmbeddingsIsNamedInTheRefusal() {
        Failure refusal = (Failure) rig.service()
                .infer(
                        rig.toEmbed(List.of("a text"), "second", Duration.ofSeconds(30)));

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNKNOWN_MODEL);
        assertThat(refusal.detail()).contains("\"second/1\" has no embeddings");
        assertThat(rig.second().runs()).isZero();
    }

    @Test
    void embeddingsWaitInLineTakePlacesAndMissTheirDeadlineLikeAnyRequest() throws Exception {
        encoder.hold();
        List<Future<InferenceOutcome>> asked = new ArrayList<>();
        for (int i = 0; i < PLACES - 1; i++) {
            String text = "text " + i;
            asked.add(clients.submit((Callable<InferenceOutcome>) () -> embed(text)));
        }
        Awaitility.await().until(() -> rig.service().inFlight() == PLACES - 1);

        Failure late = (Failure) rig.service()
                .infer(
                        rig.toEmbed(List.of("late"), "mood", Duration.ofMillis(60)));
        asked.add(clients.submit((Callable<InferenceOutcome>) () -> embed("the last place")));
        Awaitility.await().until(() -> rig.service().inFlight() == PLACES);
        Failure refused = (Failure) embed("one too many");
        encoder.go();

        assertThat(late.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
        for (Future<InferenceOutcome> each : asked) {
            assertThat(each.get()).isInstanceOf(Embedded.class);
        }
        assertThat(embedded()).as("neither of the two").isEqualTo(PLACES);
        assertThat(rig.metric("inference_errors_total", "error_type=\"deadline_exceeded\"")).isEqualTo(1);
        assertThat(rig.recordsAfterFlush()).as("a broken promise of an embedding neither").isEmpty();
    }
}
