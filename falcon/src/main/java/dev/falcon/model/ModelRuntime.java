package dev.falcon.model;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model that answers. Implementations are thread-safe and pure: the same text gets the same prediction, on any
 * thread and on any worker that holds a model of the same digest.
 */
public interface ModelRuntime {

    ModelId id();

    /** The labels in the order of every prediction's probabilities. */
    List<String> labels();

    /**
     * Whether a text's answer is the same whatever other texts share its batch; from the manifest. A runtime that says no
     * must be given one text at a time, or the same text would get different answers.
     */
    boolean batchInvariant();

    /** Whether a text may reach native code, whose faults end the whole process. */
    default boolean callsNativeCode() {
        return false;
    }

    /**
     * Names what makes texts ready and does nearly all of the work on them: an encoder, or the model itself where it shares
     * none. A text prepared by one runtime may be given to every other of the same preparation, and what these have in common
     * is then done once for all of them. Whoever wraps a runtime passes it through.
     */
    default String preparation() {
        return id().name() + "/" + id().version() + "/" + id().digest();
    }

    /** Tokenises one text, on the caller's thread. Never refuses: a text of only unknown words is a text. */
    Prepared prepare(String text);

    /**
     * Predictions in the order and number of the texts.
     *
     * @param texts prepared by a runtime of this preparation
     */
    List<Prediction> predict(List<Prepared> texts);

    /**
     * The vector of length 1 that stands for the text's meaning before any label does; null where this kind of model has
     * none. A copy. After the text was predicted it costs no more than that.
     *
     * @param text prepared by a runtime of this preparation
     */
    default float @Nullable [] embedding(Prepared text) {
        return null;
    }
}
