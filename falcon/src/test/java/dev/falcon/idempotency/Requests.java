package dev.falcon.idempotency;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions and answers for these tests. */
final class Requests {

    private static final ModelId MODEL = new ModelId("sentiment", "1", "d".repeat(64));
    private static final List<String> LABELS = List.of("negative", "positive");

    private Requests() {}

    static InferenceRequest request(@Nullable String key, String text, Ticker ticker) {
        return request(key, List.of(text), List.of(ModelReference.DEFAULT), ticker);
    }

    static InferenceRequest request(@Nullable String key, List<String> texts, List<ModelReference> models,
            Ticker ticker) {
        Caller caller = new Caller(null, null, ticker.nanos(), Deadline.after(Duration.ofSeconds(30), ticker),
                new Patience(), () -> false, new StageTimings());
        return new InferenceRequest("request", texts, models, key, caller);
    }

    /** One answer that says how sure it is, to tell whose it is. */
    static List<Answer> answers(double positive) {
        return List.of(new Answer(MODEL, 0, new Prediction(LABELS, new double[]{1 - positive, positive}), false, 1000));
    }

    static double positive(List<Answer> answers) {
        return answers.getFirst().prediction().probability(1);
    }
}
