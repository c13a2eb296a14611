package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several texts in one request, to a worker that takes four. */
class BatchesTest {

    private static Worker worker() {
        return new Worker(Bounds.USUAL, BatchesTest::answers);
    }

    private static InferenceOutcome answers(Received question) {
        if (question instanceof Received.Valid valid) {
            List<Answer> answers = new ArrayList<>();
            for (int item = 0; item < valid.request().texts().size(); item++) {
                answers.add(new Answer(Worker.MODEL, item, Worker.POSITIVE, item == 1, 1000));
            }
            return new Success(answers, IdempotencyStatus.NONE, new StageTimings());
        }
        return ((Received.Refused) question).failure();
    }

    private static String post(String body, String... headers) {
        return Worker.post(body, headers).replace("POST /infer ", "POST /infer/batch ");
    }

    @Test
    void eachTextGetsAnAnswerWithItsIndexAndItsOwnCacheHit() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            RawAnswer answer = client
                    .send(post("{\"texts\":[\"hello\",\"good bye\"],\"model\":\"sentiment\"}", "Idempotency-Key: k1"))
                    .answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body())
                    .matches("\\{\"answers\":\\[\\{\"item\":0,.*\"cache_hit\":false,.*"
                            + "\\{\"item\":1,.*\"cache_hit\":true,.*\\],\"idempotency_hit\":false,\"worker_id\":.*");
            var request = ((Received.Valid) worker.only()).request();
            assertThat(request.texts()).containsExactly("hello", "good bye");
            assertThat(request.models()).containsExactly(new ModelReference("sentiment", null));
            assertThat(request.idempotencyKey()).isEqualTo("k1");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "{\"texts\":[]} | 400 | malformed_request | holds 0 texts; 1 to 4 are allowed",
        "{\"texts\":[\"a\",\"b\",\"c\",\"d\",\"e\"]} | 400 | malformed_request | holds 5 texts; 1 to 4 are allowed",
        "{\"texts\":[\"a\",null]} | 400 | malformed_request | The text at index 1 is null",
        "{\"texts\":[\"a\",\"\\ud800\"]} | 400 | malformed_request | The text at index 1 holds half of a surrogate",
        "{\"texts\":[\"a\",\"b\",\" \"]} | 422 | invalid_text | The text at index 2 is empty",
        "{\"texts\":[\"a\",\"b\",\"c\"],\"models\":[\"m\",\"n\"]} | 400 | malformed_request | names 2 models; 1 to 1",
        "{\"texts\":\"a\"} | 400 | malformed_request | texts",
        "{\"texts\":[1]} | 400 | malformed_request | texts[0]",
        "{\"text\":\"a\"} | 400 | malformed_request | text",
        "{} | 400 | malformed_request | texts"})
    void aRefusalNamesTheTextItIsFor(String body, int status, String errorType, String detail) throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            RawAnswer answer = client.send(post(body)).answer();

            assertThat(answer.status()).isEqualTo(status);
            assertThat(worker.onlyRefusal().code().wireName()).isEqualTo(errorType);
            assertThat(worker.onlyRefusal().detail()).contains(detail);
        }
    }

    @Test
    void aTextThatIsTooLongIsNamedByItsIndexToo() throws Exception {
        try (Worker worker = worker(); RawClient client = worker.client()) {
            client.send(post("{\"texts\":[\"a\",\"" + "a".repeat(10_001) + "\"]}")).answer();

            assertThat(worker.onlyRefusal().detail()).isEqualTo(
                    "The text at index 1 has 10001 characters; at most 10000 are allowed.");
        }
    }
}
