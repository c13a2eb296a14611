package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.http.HttpCatalog.Member;
import dev.falcon.inference.Answer;
import dev.falcon.inference.Embedding;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.json.Json;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import dev.falcon.listener.RawClient.RawAnswer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the reference page says of HTTP is what a worker does. */
class HttpCatalogTest {

    @Test
    void answersHaveTheMembersThatAreListed() throws Exception {
        try (Worker worker = new Worker(Bounds.USUAL, HttpCatalogTest::truncated); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post("{\"text\":\"hello\"}")).answer();
            RawAnswer embeddings = client
                    .send(Worker.post("{\"text\":\"hello\"}").replace("POST /infer ", "POST /embed "))
                    .answer();
            RawAnswer several = client.send(Worker.post("{\"text\":\"hello\",\"models\":[\"sentiment\"]}")).answer();
            RawAnswer models = client.send(Worker.get("/models")).answer();
            RawAnswer ready = client.send(Worker.get("/readyz")).answer();

            assertThat(object(answer).keySet().stream().map(String::valueOf))
                    .containsExactlyElementsOf(names(HttpCatalog.answer()));
            assertThat(object(several).entrySet().stream().flatMap(HttpCatalogTest::paths))
                    .containsExactlyElementsOf(names(HttpCatalog.answers()));
            assertThat(object(embeddings).keySet().stream().map(String::valueOf))
                    .containsExactlyElementsOf(names(HttpCatalog.embeddings()));
            assertThat(object(models).entrySet().stream().flatMap(HttpCatalogTest::paths))
                    .containsExactlyElementsOf(names(HttpCatalog.models()));
            Map<?, ?> page = object(ready);
            assertThat(page.entrySet().stream().flatMap(HttpCatalogTest::paths))
                    .containsExactlyElementsOf(names(HttpCatalog.readiness()));
        }
    }

    /** Whatever may be told of an answer is told of these. */
    private static InferenceOutcome truncated(Received question) {
        return question instanceof Received.Valid valid && valid.request().wanted() == Wanted.EMBEDDINGS
                ? new Embedded(Worker.MODEL, List.of(new Embedding(new float[]{1}, true)), new StageTimings())
                : new Success(List.of(new Answer(Worker.MODEL, 0,
                        new Prediction(List.of("negative", "positive"), new double[]{0.25, 0.75}, true), false, 1000)),
                        IdempotencyStatus.NONE, new StageTimings());
    }

    @Test
    void anAnswerToAWholeTextSaysNothingOfTruncation() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            RawAnswer answer = client.send(Worker.post("{\"text\":\"hello\"}")).answer();

            List<String> expected = new ArrayList<>(names(HttpCatalog.answer()));
            expected.remove("truncated");
            assertThat(object(answer).keySet().stream().map(String::valueOf)).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void eachRouteTakesItsMethodsAndNoOther() throws Exception {
        try (Worker worker = new Worker(); RawClient client = worker.client()) {
            for (HttpCatalog.Route route : HttpCatalog.routes()) {
                RawAnswer refused = client.send(Worker.get(route.path()).replace("GET ", "DELETE ")).answer();
                assertThat(refused.status()).isEqualTo(405);
                assertThat(refused.header("Allow")).isEqualTo(route.methods());
            }
        }
    }

    private static Stream<String> paths(Map.Entry<?, ?> member) {
        return switch (member.getValue()) {
            case Map<?, ?> inner -> inner.keySet().stream().map(name -> member.getKey() + "." + name);
            case List<?> list when !list.isEmpty() && list.getFirst() instanceof Map<?, ?> first ->
                    first.keySet().stream().map(name -> member.getKey() + "[]." + name);
            default -> Stream.of(String.valueOf(member.getKey()));
        };
    }

    private static Map<?, ?> object(RawAnswer answer) throws Exception {
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8), LinkedHashMap.class);
    }

    private static List<String> names(List<Member> members) {
        return members.stream().map(Member::name).toList();
    }
}
