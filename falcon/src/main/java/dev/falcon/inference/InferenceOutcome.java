package dev.falcon.inference;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a request ended. Failures are values; nothing is thrown across rooms. */
public sealed interface InferenceOutcome {

    /**
     * Answers, ordered by text and then by model.
     *
     * @param timings where the time went, up to the end of the journey
     */
    record Success(List<Answer> answers, IdempotencyStatus idempotency, StageTimings timings)
            implements
            InferenceOutcome {
        public Success {
            answers = List.copyOf(answers);
        }
    }

    /**
     * Embeddings, in the order of the texts.
     *
     * @param model whose they are
     * @param timings where the time went, up to the end of the journey
     */
    record Embedded(ModelId model, List<Embedding> embeddings, StageTimings timings) implements InferenceOutcome {
        public Embedded {
            embeddings = List.copyOf(embeddings);
        }
    }

    /**
     * No answer.
     *
     * @param detail what happened, for the caller: names the thing, the limit and the value, never a text or a key
     * @param retryAfter how long the caller should wait before another try, where a try makes sense
     */
    record Failure(ErrorCode code, String detail, @Nullable Duration retryAfter) implements InferenceOutcome {

        public static Failure of(ErrorCode code, String detail) {
            return new Failure(code, detail, null);
        }
    }
}
