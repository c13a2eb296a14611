package dev.falcon.serving;

import dev.falcon.inference.Embedding;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request's texts as runtimes made them ready: runtimes of one preparation get the very same objects, so that what these
 * have in common is done once for all of the request's models. Holds at most as many as the request has answers. Used by the
 * request's own thread only.
 */
final class PreparedTexts {

    private record Key(String preparation, String text) {}

    private @Nullable Map<Key, Prepared> known;

    /** The text, prepared now unless it was before. */
    Prepared of(ModelRuntime model, String text) {
        Map<Key, Prepared> all = known == null ? new HashMap<>() : known;
        known = all;
        return all.computeIfAbsent(new Key(model.preparation(), text), key -> model.prepare(text));
    }

    /** Same, for several, in their order. */
    List<Prepared> of(ModelRuntime model, List<String> texts) {
        List<Prepared> prepared = new ArrayList<>(texts.size());
        for (String text : texts) {
            prepared.add(of(model, text));
        }
        return prepared;
    }

    /** The embedding of a text that was computed. */
    Embedding embedding(ModelRuntime model, String text) {
        Prepared prepared = of(model, text);
        float[] vector =
                Objects.requireNonNull(model.embedding(prepared), "a model that had embeddings when it was warm");
        return new Embedding(vector, prepared.truncated());
    }

    /** Whether other models have left no more than microseconds of work on these texts; prepares nothing. */
    boolean areWorked(ModelRuntime model, List<String> texts) {
        if (known == null) {
            return false;
        }
        for (String text : texts) {
            Prepared prepared = known.get(new Key(model.preparation(), text));
            if (prepared == null || !prepared.isWorked()) {
                return false;
            }
        }
        return true;
    }
}
