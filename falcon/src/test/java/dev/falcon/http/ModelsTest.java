package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import dev.falcon.serving.ServedModels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that name models, and the page that lists them. */
class ModelsTest {

    private static final ModelId INTENT = new ModelId("intent", "2", "d2");
    private static final Prediction REFUND = new Prediction(List.of("refund", "a \"b\""), new double[]{0.5, 0.5});
    private static final Success BOTH = new Success(List.of(new Answer(Worker.MODEL, 0, Worker.POSITIVE, true, 0),
            new Answer(INTENT, 0, REFUND, false, 10)), IdempotencyStatus.NONE, new StageTimings());

    private static InferenceRequest asked(Worker worker) {
        return ((Received.Valid) worker.only()).request();
    }

    @Test
    void oneModelThatIsNamedAnswersInTheUsualShape() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post("{\"text\":\"hello\",\"model\":\"sentiment/1\"}")).answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).startsWith("{\"prediction\":\"positive\"");
            assertThat(asked(worker).models()).containsExactly(new ModelReference("sentiment", "1"));
        }
    }

    @Test
    void severalModelsGiveAListOfAnswersInTheirOrder() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(BOTH)); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post("{\"text\":\"hello\",\"models\":[\"sentiment\",\"intent/2\"]}",
                    "X-Request-ID: r1")).answer();

            assertThat(answer.body()).matches("\\{\"answers\":\\["
                    + "\\{\"item\":0,\"prediction\":\"positive\",\"confidence\":0.75,"
                    + "\"probabilities\":\\{\"negative\":0.25,\"positive\":0.75\\},\"cache_hit\":true,"
                    + "\"model_name\":\"sentiment\",\"model_version\":\"1\"\\},"
                    + "\\{\"item\":0,\"prediction\":\"refund\",\"confidence\":0.5,"
                    + "\"probabilities\":\\{\"refund\":0.5,\"a \\\\\"b\\\\\"\":0.5\\},\"cache_hit\":false,"
                    + "\"model_name\":\"intent\",\"model_version\":\"2\"\\}\\],"
                    + "\"idempotency_hit\":false,\"worker_id\":\"worker-7\",\"request_id\":\"r1\","
                    + "\"processing_time_ms\":[0-9.E-]+\\}");
            assertThat(asked(worker).models()).containsExactly(new ModelReference("sentiment", null),
                    new ModelReference("intent", "2"));
        }
    }

    @Test
    void aListOfOneModelIsAnsweredByAListOfOne() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            assertThat(client.send(Worker.post("{\"text\":\"hello\",\"models\":[\"sentiment\"]}")).answer().body())
                    .startsWith("{\"answers\":[{\"item\":0,");
        }
    }

    @Test
    void theServedModelsAreListedTheDefaultFirst() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            worker.models = List.of(Worker.served(Worker.MODEL, "linear"),
                    Worker.served(INTENT, "transformer"));
            RawAnswer answer = client.send(Worker.get("/models")).answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).startsWith("{\"models\":[{\"name\":\"sentiment\",\"version\":\"1\","
                    + "\"digest\":\"d1\",\"labels\":[\"negative\",\"positive\"],\"runtime\":\"linear\","
                    + "\"default\":true,\"calls\":\"direct\",\"batch_size\":1,\"batch_gain\":1.0,\"embedding_dimensions\":0}")
                    .contains("{\"name\":\"intent\",\"version\":\"2\",\"digest\":\"d2\"",
                            "\"runtime\":\"transformer\",\"default\":false,", "\"worker_id\":\"worker-7\"");
            worker.models = List.of(new ServedModels.Served(INTENT, List.of("a", "b"), "onnx", "batched", 16, 1.4386, 0,
                    0));
            assertThat(client.send(Worker.get("/models")).answer().body()).as("what warm-up measured")
                    .contains("\"calls\":\"batched\",\"batch_size\":16,\"batch_gain\":1.44,");
            worker.models = List.of();
            assertThat(client.send(Worker.get("/models")).answer().body()).startsWith("{\"models\":[],");
        }
    }
}
