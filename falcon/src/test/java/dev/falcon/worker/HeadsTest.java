package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.ModelWriter;
import dev.falcon.model.TrainedModel;
import dev.falcon.model.transformer.Encoders;
import dev.falcon.model.transformer.TransformerPlan;
import dev.falcon.model.transformer.TransformerTrainer;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers with the real encoder, three heads that were trained on a few sentences, and a linear model beside them. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HeadsTest {

    /** Not what other tests read, so that kept embeddings are nobody else's. */
    private static final int READS_TOKENS = 24;
    private static final Path CACHE = Path.of("target", "encoder-cache").toAbsolutePath();
    private static final List<String> HEADS = List.of("mood", "place", "length");
    private static final String LONG = "we waited and waited for the soup ".repeat(20);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private Path folder;

    @BeforeAll
    void train(@TempDir Path given) throws Exception {
        folder = given;
        Path tree = folder.resolve("models");
        try (Encoders encoders = new Encoders(new Settings.Encoding(CACHE, READS_TOKENS), 2)) {
            TransformerTrainer trainer = new TransformerTrainer(encoders, Ticker.system());
            for (String head : HEADS) {
                TrainedModel trained = trainer.train(sentences(head),
                        new TransformerPlan(head, "1", 42, 0.2, Encoders.names().getFirst()), step -> {
                        });
                new ModelWriter(tree).write(trained.manifest(), trained.files(), true);
            }
        }
        Path shipped = WorkerSetup.shippedModel();
        Path linear = Files.createDirectories(tree.resolve("sentiment-linear").resolve("1"));
        for (String file : List.of("weights.bin", "manifest.json")) {
            Files.copy(shipped.resolve(file), linear.resolve(file));
        }
    }

    private static LabelledTexts sentences(String head) {
        List<LabelledText> texts = new ArrayList<>();
        for (String subject : List.of("soup", "bread", "film", "screen", "parcel", "waiter", "actor", "phone", "box",
                "room")) {
            texts.add(new LabelledText("I love this " + subject, head + "-0", texts.size() + 2));
            texts.add(new LabelledText("That " + subject + " was a bad and costly mistake of " + head, head + "-1",
                    texts.size() + 2));
        }
        return new LabelledTexts(Path.of(head + ".csv"), texts, "0".repeat(64));
    }

    private WorkerSetup setup(String name) throws Exception {
        return WorkerSetup.in(Files.createDirectories(folder.resolve(name)))
                .with("MODEL_PATH", folder.resolve("models").toString())
                .with("DEFAULT_MODEL", "mood")
                .with("SERVED_MODELS", "all")
                .with("MODEL_CACHE_DIR", CACHE.toString())
                .with("MODEL_MAX_TOKENS", Integer.toString(READS_TOKENS));
    }

    private static List<Map<?, ?>> answers(WorkerReply reply) {
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return list(reply, "answers").stream().<Map<?, ?>>map(Map.class::cast).toList();
    }

    private static List<?> list(WorkerReply reply, String member) {
        return (List<?>) Objects.requireNonNull(reply.json().get(member), member);
    }

    /** Texts that the encoder was run on, by whichever head it was asked. */
    private static double encoded(WorkerProcess worker) {
        return worker.metric("model_inference_batch_size_sum");
    }

    @Test
    void threeHeadsOfOneRequestCostOneRunOfTheEncoderATextAndAnswerAsAlone() throws Exception {
        List<String> texts = List.of("The soup was lovely", "My parcel is lost", LONG);
        try (WorkerProcess together = setup("together").start(); WorkerProcess alone = setup("alone").start()) {
            List<Map<?, ?>> answers =
                    answers(together.post("/infer/batch", Map.of("texts", texts, "models", HEADS)));

            assertThat(encoded(together)).isEqualTo(texts.size());
            int next = 0;
            for (String text : texts) {
                for (String head : HEADS) {
                    Map<?, ?> one = alone.infer(Map.of("text", text, "model", head)).json();
                    Map<?, ?> of = answers.get(next++);
                    assertThat(of.get("model_name")).isEqualTo(head);
                    assertThat(of.get("probabilities")).isEqualTo(one.get("probabilities"));
                    assertThat(of.get("truncated")).isEqualTo(one.get("truncated"))
                            .isEqualTo(text.equals(LONG) ? true : null);
                }
            }
            assertThat(encoded(alone)).isEqualTo(texts.size() * (double) HEADS.size());
            assertThat(together.metric("inference_truncated_texts_total", "model=\"place\"")).isEqualTo(1);
        }
    }

    @Test
    void truncationIsToldAlsoOutOfRedisAndByAReplayOnAnotherWorker() throws Exception {
        try (RealRedis redis = RealRedis.started();
                WorkerProcess first = setup("first").withRedis(redis.port()).start();
                WorkerProcess second = setup("second").withRedis(redis.port()).start()) {
            assertThat(first.infer(LONG, "Idempotency-Key", "k").flag("truncated")).isTrue();

            WorkerReply cached = second.infer(LONG);
            WorkerReply replayed = second.infer(LONG, "Idempotency-Key", "k");

            assertThat(cached.flag("cache_hit")).isTrue();
            assertThat(cached.flag("truncated")).isTrue();
            assertThat(replayed.flag("idempotency_hit")).isTrue();
            assertThat(replayed.flag("truncated")).isTrue();
            assertThat(second.infer(LONG).flag("truncated")).as("out of the local tier").isTrue();
            assertThat(second.metric("inference_truncated_texts_total", "model=\"mood\"")).isEqualTo(3);
            assertThat(encoded(second)).isZero();
            assertThat(second.metric("cache_errors_total")).isZero();
        }
    }

    @Test
    void embeddingsAreTheEncodersAndThoseOfLikeTextsAreAlike() throws Exception {
        try (WorkerProcess worker = setup("embeds").start()) {
            WorkerReply reply = worker.post("/embed",
                    Map.of("texts",
                            List.of("The soup was cold", "Cold was the soup we got", "Install the driver", LONG)));

            assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
            assertThat(reply.json().get("dimensions")).isEqualTo(384);
            assertThat(reply.text("model_name")).isEqualTo("mood");
            assertThat(reply.json().get("truncated")).isEqualTo(List.of(false, false, false, true));
            List<?> vectors = list(reply, "embeddings");
            assertThat(vectors).hasSize(4);
            assertThat(product(vectors.get(0), vectors.get(0))).isBetween(0.999, 1.001);
            assertThat(product(vectors.get(0), vectors.get(1))).isGreaterThan(product(vectors.get(0), vectors.get(2)));
            Object again = worker.post("/embed", Map.of("text", "The soup was cold", "model", "place/1"))
                    .json()
                    .get("embeddings");
            assertThat(again).as("all heads of an encoder have the same").isEqualTo(List.of(vectors.get(0)));
            assertThat(encoded(worker)).as("nothing is cached").isEqualTo(5);
            assertThat(worker.metric("inference_requests_total", "status=\"success\"")).isEqualTo(2);
            assertThat(worker.metric("inference_log_enqueued_total")).isZero();
            WorkerReply refused = worker.post("/embed", Map.of("text", "a", "model", "sentiment-linear"));
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.text("error_type")).isEqualTo("unknown_model");
            assertThat(refused.text("detail")).contains("\"sentiment-linear/1\" has no embeddings");
            assertThat(worker.get("/models").json().get("models")).asInstanceOf(
                    InstanceOfAssertFactories.list(Map.class))
                    .extracting(model -> model.get("name") + " " + model.get("embedding_dimensions"))
                    .contains("mood 384", "sentiment-linear 0");
        }
    }

    private static double product(Object one, Object other) {
        List<?> a = (List<?>) one;
        List<?> b = (List<?>) other;
        double product = 0;
        for (int i = 0; i < a.size(); i++) {
            product += ((Number) a.get(i)).doubleValue() * ((Number) b.get(i)).doubleValue();
        }
        return product;
    }
}
