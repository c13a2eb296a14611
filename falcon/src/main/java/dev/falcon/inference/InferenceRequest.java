package dev.falcon.inference;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid question: every text for every model. Made by a front, which has checked it.
 *
 * @param requestId 1 to 128 of {@code [A-Za-z0-9._-]}
 * @param texts in the caller's order, each 1 to 10,000 code points, not blank, without lone surrogates
 * @param models in the caller's order, at least one
 * @param idempotencyKey unquoted, 1 to 255 visible ASCII characters
 * @param caller who asks and how long they wait
 */
public record InferenceRequest(String requestId, List<String> texts, List<ModelReference> models,
        @Nullable String idempotencyKey, Caller caller) {

    public InferenceRequest {
        texts = List.copyOf(texts);
        models = List.copyOf(models);
        if (texts.isEmpty() || models.isEmpty()) {
            throw new IllegalArgumentException("a request needs at least one text and one model");
        }
    }
}
