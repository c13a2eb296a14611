package dev.falcon.model.linear;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Serves a linear model: a few microseconds a sentence, so a batch gains nothing and each text is answered on its own. Holds
 * nothing that changes; safe for use by many threads.
 */
public final class LinearRuntime implements ModelRuntime {

    /** The manifest's kind of the models that this runtime serves. */
    public static final String KIND = "linear";

    private final Weights weights;
    private final ModelId id;
    private final boolean batchInvariant;
    private final String preparation;

    LinearRuntime(Weights weights, Manifest manifest) {
        this.weights = weights;
        this.id = manifest.id();
        this.batchInvariant = manifest.batchInvariant();
        this.preparation = ModelRuntime.super.preparation();
    }

    /** Reads and verifies the weights beside a manifest; a {@link dev.falcon.model.ModelLoader}. */
    public static LinearRuntime load(Path directory, Manifest manifest) throws ModelFault {
        return new LinearRuntime(WeightsFile.read(directory, manifest), manifest);
    }

    @Override
    public ModelId id() {
        return id;
    }

    @Override
    public List<String> labels() {
        return weights.labels();
    }

    @Override
    public boolean batchInvariant() {
        return batchInvariant;
    }

    /** The same as of any runtime by itself, put together once. */
    @Override
    public String preparation() {
        return preparation;
    }

    @Override
    public Prepared prepare(String text) {
        return weights.vocabulary().lookUp(Tokenizer.tokenize(text));
    }

    @Override
    public List<Prediction> predict(List<Prepared> texts) {
        List<Prediction> predictions = new ArrayList<>(texts.size());
        for (Prepared text : texts) {
            if (!(text instanceof LinearPrepared prepared)) {
                throw new IllegalArgumentException("a text that another runtime prepared");
            }
            predictions.add(weights.predict(prepared));
        }
        return predictions;
    }
}
