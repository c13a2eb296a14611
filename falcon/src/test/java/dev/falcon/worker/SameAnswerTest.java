package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers with the shipped models: the same text has the same answer, whichever asks, after a restart and without a cache. */
@Timeout(180)
final class SameAnswerTest {

    private static final Path CACHE = Path.of("target", "encoder-cache").toAbsolutePath();
    private static final List<String> MODELS = List.of("sentiment", "sentiment-linear");
    private static final List<String> TEXTS = List.of("Great.", "The soup was cold and nobody cared.",
            "not bad at all", "We waited and waited for the soup. ".repeat(60), "it is what it is", "🙂 merci",
            "I would not buy this phone again: its battery died within a week, and nobody answered my letters.");

    @TempDir Path folder;

    private WorkerSetup setup(String name) throws Exception {
        return WorkerSetup.in(Files.createDirectories(folder.resolve(name)))
                .with("MODEL_PATH", WorkerSetup.shippedModel().resolve("..").resolve("..").normalize().toString())
                .with("SERVED_MODELS", "all")
                .with("MODEL_CACHE_DIR", CACHE.toString());
    }

    /** Each model's answer to each text, asked for all at once and then one by one. */
    private static List<Map<?, ?>> answers(WorkerProcess worker) {
        WorkerReply together = worker.post("/infer/batch", Map.of("texts", TEXTS, "models", MODELS));
        assertThat(together.status()).as(together.toString()).isEqualTo(200);
        List<Map<?, ?>> answers = new ArrayList<>();
        ((List<?>) Objects.requireNonNull(together.json().get("answers")))
                .forEach(answer -> answers.add((Map<?, ?>) answer));
        for (String text : TEXTS.reversed()) {
            for (String model : MODELS) {
                answers.add(worker.infer(Map.of("text", text, "model", model)).json());
            }
        }
        return answers;
    }

    private static double probability(Map<?, ?> answer, String label) {
        return ((Number) Objects
                .requireNonNull(((Map<?, ?>) Objects.requireNonNull(answer.get("probabilities"))).get(label)))
                .doubleValue();
    }

    private static void assertSame(List<Map<?, ?>> some, List<Map<?, ?>> others) {
        assertThat(some).hasSameSizeAs(others).hasSize(2 * TEXTS.size() * MODELS.size());
        for (int i = 0; i < some.size(); i++) {
            assertThat(some.get(i).get("model_name")).isEqualTo(others.get(i).get("model_name"));
            assertThat(some.get(i).get("prediction")).isEqualTo(others.get(i).get("prediction"));
            for (String label : List.of("negative", "positive")) {
                assertThat(Math.abs(probability(some.get(i), label) - probability(others.get(i), label)))
                        .isLessThanOrEqualTo(1e-5);
            }
        }
    }

    @Test
    void theSameTextsAreAnsweredAlikeByEachWorkerBeforeAndAfterARestartWithAndWithoutACache() throws Exception {
        List<Map<?, ?>> computed;
        try (WorkerProcess first = setup("first").start()) {
            computed = answers(first);
            List<Map<?, ?>> cached = answers(first);
            assertThat(cached).allMatch(answer -> Boolean.TRUE.equals(answer.get("cache_hit")));
            assertSame(computed, cached);
            first.sigterm();
            assertThat(first.exitStatus()).isEqualTo(143);
        }
        try (WorkerProcess again = setup("first").with("CACHE_ENABLED", "false").start()) {
            List<Map<?, ?>> anew = answers(again);
            assertThat(anew).noneMatch(answer -> Boolean.TRUE.equals(answer.get("cache_hit")));
            assertSame(computed, anew);
        }
        try (WorkerProcess second = setup("second").start()) {
            assertSame(computed, answers(second));
        }
    }
}
