package dev.falcon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.inference.Answer;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What lies under a key is read by workers of this version and of the one before, while a deploy rolls. */
class StoredTest {

    private static final String BEFORE = "{\"v\":1,\"fingerprint\":\"f\",\"token\":null,\"answers\":[{\"model\":\"m\","
            + "\"version\":\"1\",\"digest\":\"d\",\"item\":0,\"labels\":[\"a\",\"b\"],\"probabilities\":[0.25,0.75],"
            + "\"cache_hit\":false}]}";

    /** The shape that the version before knows, read as strictly as it does. */
    record Before(int v, String fingerprint, @Nullable String token, @Nullable List<AnswerBefore> answers) {}

    record AnswerBefore(String model, String version, String digest, int item, List<String> labels,
            List<Double> probabilities, boolean cacheHit) {}

    private static byte[] finished(boolean truncated) {
        return Stored.finished("f", List.of(answer(truncated))).bytes();
    }

    private static Answer answer(boolean truncated) {
        return new Answer(new ModelId("m", "1", "d"), 0,
                new Prediction(List.of("a", "b"), new double[]{0.25, 0.75}, truncated), false, 0);
    }

    @Test
    void anAnswerComesBackWithItsTruncation() {
        for (boolean truncated : new boolean[]{false, true}) {
            Stored stored = Objects.requireNonNull(Stored.read(finished(truncated)));
            assertThat(stored.toAnswers(1, 1)).containsExactly(answer(truncated));
        }
    }

    @Test
    void whatTheVersionBeforeWroteIsRead() {
        Stored stored = Objects.requireNonNull(Stored.read(BEFORE.getBytes(StandardCharsets.UTF_8)));

        assertThat(stored.toAnswers(1, 1)).containsExactly(answer(false));
    }

    @Test
    void theVersionBeforeReadsClaimsAndAnswersToWholeTexts() throws Exception {
        Before claim = Json.read(Stored.claim("f", "t").bytes(), Before.class);
        Before finished = Json.read(finished(false), Before.class);

        assertThat(claim).isEqualTo(new Before(1, "f", "t", null));
        assertThat(finished).isEqualTo(Json.read(BEFORE.getBytes(StandardCharsets.UTF_8), Before.class));
    }

    @Test
    void theVersionBeforeTakesAnAnswerToATruncatedTextForUnreadable() {
        assertThatThrownBy(() -> Json.read(finished(true), Before.class))
                .as("which it answers without the key, and never as if the text had been read whole")
                .isInstanceOf(MalformedJson.class)
                .hasMessageContaining("truncated");
    }
}
