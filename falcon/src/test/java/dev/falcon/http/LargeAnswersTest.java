package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.http.InferenceBody.Question;
import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.listener.OpenPort;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import dev.falcon.serving.ServedModels.Served;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many answers in one, to clients that do not read them. */
class LargeAnswersTest {

    private static final int TEXTS = 64;
    private static final Duration READ = Duration.ofSeconds(8);

    /** A thousand labels of a hundred characters: 64 texts are answered by 8 MB, more than sockets buffer. */
    private static final List<String> MANY_LABELS =
            IntStream.range(0, 1000).mapToObj(i -> "%04d".formatted(i) + "x".repeat(96)).toList();

    private static Served served(ModelId id, List<String> labels) {
        return new Served(id, labels, "linear", "direct", 1, 1, 0, 0);
    }

    private static InferenceOutcome answers(Received question, ModelId model, List<String> labels) {
        if (!(question instanceof Received.Valid valid)) {
            return ((Received.Refused) question).failure();
        }
        double[] probabilities = new double[labels.size()];
        Arrays.fill(probabilities, 1.0 / labels.size());
        List<Answer> answers = new ArrayList<>();
        for (int item = 0; item < valid.request().texts().size(); item++) {
            answers.add(new Answer(model, item, new Prediction(labels, probabilities, true), false, 1000));
        }
        return new Success(answers, IdempotencyStatus.NONE, new StageTimings());
    }

    private static String post(int texts) {
        return Worker.post("{\"texts\":[" + String.join(",", Collections.nCopies(texts, "\"a\"")) + "]}")
                .replace("POST /infer ", "POST /infer/batch ");
    }

    private static long size(int texts, Served model) {
        return ReplySizes.of(new Question(Collections.nCopies(texts, "a"), List.of(ModelReference.DEFAULT),
                Wanted.PREDICTIONS, true), List.of(model));
    }

    /** A worker with room for one answer to all the texts, and a little more. */
    private static Worker worker() {
        Served model = served(Worker.MODEL, MANY_LABELS);
        Worker worker = new Worker(OpenPort.settings("127.0.0.1", 0, Bounds.USUAL.readWithin(READ)), 2 * TEXTS,
                (int) (size(TEXTS, model) + 100_000), question -> answers(question, Worker.MODEL, MANY_LABELS));
        worker.models = List.of(model);
        return worker;
    }

    @Test
    void whatAClientDoesNotReadIsBoundedAndItsRoomIsFreeOnceItIsCutOff() throws Exception {
        try (Worker worker = worker(); RawClient slow = new RawClient(worker.listener().port(), 4096)) {
            slow.send(post(TEXTS));
            await().until(() -> worker.received.size() == 1);
            try (RawClient other = worker.client()) {
                RawAnswer refused = other.send(post(TEXTS)).answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.body()).contains("\"error_type\":\"overloaded\"");
                assertThat(refused.header("Retry-After")).isNotEmpty();
            }
            await().until(() -> {
                try (RawClient later = worker.client()) {
                    return later.send(post(TEXTS)).answer().status() == 200;
                }
            });
        }
    }

    @Test
    void anAnswerThatCouldNeverBeHeldIsRefusedForGood() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            RawAnswer refused = client.send(post(2 * TEXTS)).answer();

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body()).contains("ask for fewer at once");
        }
    }

    @Test
    void smallAnswersNeedNoRoom() throws Exception {
        try (Worker worker = new Worker(OpenPort.settings("127.0.0.1", 0, Bounds.USUAL), TEXTS, 0, Worker::positive);
                RawClient client = worker.client()) {
            assertThat(client.send(Worker.post("{\"text\":\"hello\"}")).answer().status()).isEqualTo(200);
            assertThat(client.send(post(3)).answer().status()).isEqualTo(200);
            assertThat(client.send(post(TEXTS)).answer().status()).isEqualTo(400);
        }
    }

    @Test
    void whatIsCountedIsAtLeastWhatIsSentWhateverLabelsHold() throws Exception {
        List<String> labels = List.of("a \"quote\"", "tab\tand\u0001", "größer", "\uD83D\uDE00", "b".repeat(300));
        Served model = served(Worker.MODEL, labels);
        try (Worker worker = new Worker(OpenPort.settings("127.0.0.1", 0, Bounds.USUAL), TEXTS, Integer.MAX_VALUE,
                question -> answers(question, Worker.MODEL, labels)); RawClient client = worker.client()) {
            worker.models = List.of(model);
            for (int texts : new int[]{2, TEXTS}) {
                long sent = client.send(post(texts)).answer().body().getBytes(StandardCharsets.UTF_8).length;
                assertThat(size(texts, model)).isBetween(2 * sent, 8 * sent);
            }
        }
    }

    @Test
    void theLargestOfTheModelsThatAReferenceMayMeanCounts() {
        Served first = served(Worker.MODEL, List.of("a", "b"));
        Served older = served(new ModelId("intent", "1", "d2"), List.of("a", "b"));
        Served newer = served(new ModelId("intent", "2", "d3"), MANY_LABELS);
        List<Served> all = List.of(first, older, newer);

        assertThat(size(all, null, null)).isEqualTo(size(1, first));
        assertThat(size(all, "intent", null)).isEqualTo(size(1, newer));
        assertThat(size(all, "intent", "1")).isEqualTo(size(1, older));
        assertThat(size(all, "other", null)).isZero();
        assertThat(ReplySizes.of(new Question(List.of("a", "b"),
                List.of(ModelReference.DEFAULT, new ModelReference("intent", "2")), Wanted.PREDICTIONS, true), all))
                .isEqualTo(2 * size(1, first) + 2 * size(1, newer));
    }

    private static long size(List<Served> all, @Nullable String name, @Nullable String version) {
        return ReplySizes.of(new Question(List.of("a"), List.of(new ModelReference(name, version)),
                Wanted.PREDICTIONS, false), all);
    }

    @Test
    void theBudgetIsAnEighthOfTheHeap() {
        assertThat(ReplyBudget.of(8_000_000).freeBytes()).isEqualTo(1_000_000);
        assertThat(ReplyBudget.of(Long.MAX_VALUE).freeBytes()).isEqualTo(Integer.MAX_VALUE);
    }
}
