package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Embedding;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Received;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import dev.falcon.listener.OpenPort;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import dev.falcon.serving.ServedModels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Embeddings over HTTP, from a worker that takes four texts. */
class EmbedTest {

    private static Worker worker() {
        StageTimings timings = new StageTimings();
        timings.add(Stage.MODEL, 1_500_000);
        return new Worker(Bounds.USUAL, Worker.always(new Embedded(Worker.MODEL,
                List.of(new Embedding(new float[]{0.1f, -1.5f}, false), new Embedding(new float[]{1e-9f, 0}, true)),
                timings)));
    }

    private static String post(String body, String... headers) {
        return Worker.post(body, headers).replace("POST /infer ", "POST /embed ");
    }

    private static InferenceRequest asked(Worker worker) {
        return ((Received.Valid) worker.only()).request();
    }

    @Test
    void eachTextGetsItsVectorAndWhetherItWasTruncated() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            RawAnswer answer = client
                    .send(post("{\"texts\":[\"hello\",\"good bye\"],\"model\":\"sentiment/1\"}", "X-Request-ID: r1"))
                    .answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Server-Timing")).startsWith("model;dur=1.500, encode;dur=");
            assertThat(answer.header("X-Request-ID")).isEqualTo("r1");
            assertThat(answer.body()).matches("\\{\"embeddings\":\\[\\[0\\.1,-1\\.5\\],\\[1\\.0E-9,0\\.0\\]\\],"
                    + "\"model_name\":\"sentiment\",\"model_version\":\"1\",\"dimensions\":2,"
                    + "\"truncated\":\\[false,true\\],\"worker_id\":\"worker-7\",\"request_id\":\"r1\","
                    + "\"processing_time_ms\":[0-9.E-]+\\}");
            assertThat(asked(worker).wanted()).isEqualTo(Wanted.EMBEDDINGS);
            assertThat(asked(worker).texts()).containsExactly("hello", "good bye");
            assertThat(asked(worker).models()).containsExactly(new ModelReference("sentiment", "1"));
        }
    }

    @Test
    void oneTextGoesToTheDefaultModelAndNoIdempotencyKeyIsLookedAt() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            client.send(post("{\"text\":\"hello\"}", "Idempotency-Key: ")).answer();

            assertThat(asked(worker).texts()).containsExactly("hello");
            assertThat(asked(worker).models()).containsExactly(ModelReference.DEFAULT);
            assertThat(asked(worker).idempotencyKey()).isNull();
        }
    }

    @Test
    void aRequestThatWouldBeRefusedAnywayIsNotParsed() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            worker.overload = Failure.of(ErrorCode.OVERLOADED, "full");

            assertThat(client.send(post("not even JSON")).answer().status()).isEqualTo(503);
            assertThat(worker.onlyRefusal().code()).isEqualTo(ErrorCode.OVERLOADED);
        }
    }

    /** A worker whose answers may hold what so many embeddings of one text take. */
    private static Worker workerWithRoomFor(int texts, CountDownLatch gate) {
        ServedModels.Served model =
                new ServedModels.Served(Worker.MODEL, List.of("a", "b"), "transformer", "direct", 1, 1, 384, 0);
        long each = ReplySizes.of(new InferenceBody.Question(List.of("hello"), List.of(ModelReference.DEFAULT),
                Wanted.EMBEDDINGS, true), List.of(model));
        Worker worker = new Worker(OpenPort.settings("127.0.0.1", 0, Bounds.USUAL), 10_000, (int) (texts * each),
                question -> held(question, gate));
        worker.models = List.of(model);
        return worker;
    }

    @Test
    void noMoreAreWorkedOnAtOnceThanFitIntoMemory() throws Exception {
        int places = 3;
        CountDownLatch gate = new CountDownLatch(1);
        List<RawClient> clients = new ArrayList<>();
        try (Worker worker = workerWithRoomFor(places, gate)) {
            for (int i = 0; i < places; i++) {
                RawClient client = worker.client();
                clients.add(client);
                client.send(post("{\"text\":\"hello\"}"));
            }
            Awaitility.await().until(() -> worker.received.size() == places);
            try (RawClient further = worker.client()) {
                RawAnswer refused = further.send(post("{\"text\":\"hello\"}")).answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.header("Retry-After")).isNotEmpty();
                assertThat(worker.received).last().isInstanceOf(Received.Refused.class);
            }
            gate.countDown();
            for (RawClient client : clients) {
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(client.send(post("{\"text\":\"again\"}")).answer().status()).isEqualTo(200);
            }
        } finally {
            gate.countDown();
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void whoIsSlowToSendItsTextsKeepsNobodyOut() throws Exception {
        CountDownLatch open = new CountDownLatch(0);
        try (Worker worker = workerWithRoomFor(1, open); RawClient slow = worker.client()) {
            String request = post("{\"text\":\"hello\"}");
            slow.send(request.substring(0, request.length() - 3));
            try (RawClient other = worker.client()) {
                Awaitility.await().until(() -> worker.listener().openConnections() == 2);

                assertThat(other.send(request).answer().status()).isEqualTo(200);
            }
            // The other's place is given back once its answer is sent, which it may have read before.
            Awaitility.await().until(() -> worker.listener().openConnections() == 1);
            assertThat(slow.send(request.substring(request.length() - 3)).answer().status()).isEqualTo(200);
        }
    }

    private static InferenceOutcome held(Received question, CountDownLatch gate) {
        if (question instanceof Received.Refused refused) {
            return refused.failure();
        }
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Embedded(Worker.MODEL, List.of(new Embedding(new float[]{1}, false)), new StageTimings());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{} | 400 | malformed_request | One of the fields \"text\" and \"texts\" is needed, and neither is given",
        "{\"text\":\"a\",\"texts\":[\"b\"]} | 400 | malformed_request | and both are given",
        "{\"texts\":[]} | 400 | malformed_request | holds 0 texts; 1 to 4 are allowed",
        "{\"texts\":[\"a\",\"b\",\"c\",\"d\",\"e\"]} | 400 | malformed_request | holds 5 texts; 1 to 4 are allowed",
        "{\"texts\":[\"a\",null]} | 400 | malformed_request | The text at index 1 is null",
        "{\"texts\":[\"a\",\" \"]} | 422 | invalid_text | The text at index 1 is empty",
        "{\"text\":\" \"} | 422 | invalid_text | The text is empty",
        "{\"text\":\"a\",\"models\":[\"m\"]} | 400 | malformed_request | models",
        "{\"text\":\"a\",\"model\":\"a b\"} | 400 | malformed_request | The field \"model\" is not NAME"})
    void aRefusalSaysWhatIsWrong(String body, int status, String errorType, String detail) throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            RawAnswer answer = client.send(post(body)).answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(worker.onlyRefusal().code().wireName()).isEqualTo(errorType);
            assertThat(worker.onlyRefusal().detail()).contains(detail);
        }
    }
}
