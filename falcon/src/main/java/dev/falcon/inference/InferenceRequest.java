package dev.falcon.inference;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid question: every text for every model, or the embedding of every text by one. Made by a front, which has checked it.
 *
 * @param requestId 1 to 128 of {@code [A-Za-z0-9._-]}
 * @param texts in the caller's order, each 1 to 10,000 code points, not blank, without lone surrogates
 * @param models in the caller's order, at least one
 * @param idempotencyKey unquoted, 1 to 255 visible ASCII characters
 * @param caller who asks and how long they wait
 * @param wanted what is asked for
 */
public record InferenceRequest(String requestId, List<String> texts, List<ModelReference> models,
        @Nullable String idempotencyKey, Caller caller, Wanted wanted) {

    /** What may be asked for. */
    public enum Wanted {
        /** A prediction of every text by every model. */
        PREDICTIONS,
        /** The embedding of every text by the one model; there is no idempotency key. */
        EMBEDDINGS
    }

    public InferenceRequest {
        texts = List.copyOf(texts);
        models = List.copyOf(models);
        if (texts.isEmpty() || models.isEmpty()) {
            throw new IllegalArgumentException("a request needs at least one text and one model");
        }
        if (wanted == Wanted.EMBEDDINGS && (models.size() > 1 || idempotencyKey != null)) {
            throw new IllegalArgumentException("embeddings are one model's, and have no idempotency key");
        }
    }

    /** A request for predictions. */
    public InferenceRequest(String requestId, List<String> texts, List<ModelReference> models,
            @Nullable String idempotencyKey, Caller caller) {
        this(requestId, texts, models, idempotencyKey, caller, Wanted.PREDICTIONS);
    }
}
