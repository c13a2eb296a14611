package dev.falcon.model;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import java.util.List;

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

    /** Tokenises one text, on the caller's thread. Never refuses: a text of only unknown words is a text. */
    Prepared prepare(String text);

    /**
     * Predictions in the order and number of the texts.
     *
     * @param texts prepared by this runtime
     */
    List<Prediction> predict(List<Prepared> texts);
}
