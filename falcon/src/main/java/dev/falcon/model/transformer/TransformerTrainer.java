package dev.falcon.model.transformer;

import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.Evaluation;
import dev.falcon.model.LabelSet;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.Sha256;
import dev.falcon.model.StratifiedSplit;
import dev.falcon.model.TrainedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * From labelled texts to a head on an encoder: splits, embeds, fits on the training part, and looks at the held-out part
 * once. The same texts and plan give the same bytes on the same kind of processor: encoders of another one round differently.
 * For one thread; it uses more.
 */
public final class TransformerTrainer {

    private final Encoders encoders;
    private final Ticker ticker;

    public TransformerTrainer(Encoders encoders, Ticker ticker) {
        this.encoders = encoders;
        this.ticker = ticker;
    }

    /**
     * Trains.
     *
     * @param progress told in a few words what is being done, as it begins
     * @throws LabelledTextFault if there are too few labels, too many, or too few examples of one
     * @throws ModelFault if the encoder cannot be had
     */
    public TrainedModel train(LabelledTexts texts, TransformerPlan plan, Consumer<String> progress)
            throws LabelledTextFault, ModelFault {
        List<String> labels = LabelSet.of(texts);
        StratifiedSplit split = StratifiedSplit.of(texts.examples(), plan.heldOutShare(), plan.seed());
        progress.accept("loading the encoder " + plan.encoder());
        Encoder encoder = encoders.get(plan.encoder(), Path.of(plan.name()));
        EncoderDescription description = encoder.description();
        TextEmbedder embedder = new TextEmbedder(encoder,
                new EmbeddingStore(encoders.cache(), description, encoders.maxTokens()), ticker, progress);
        List<LabelledText> all = new ArrayList<>(split.training());
        all.addAll(split.heldOut());
        List<float[]> embeddings = embedder.embed(all.stream().map(LabelledText::text).toList());
        int border = split.training().size();
        HeadTrainer.Fitted fitted = new HeadTrainer(labels, embeddings.subList(0, border),
                given(labels, split.training()), progress).fit();
        progress.accept("evaluating on " + split.heldOut().size() + " held-out examples");
        List<Prediction> predictions = embeddings.subList(border, all.size())
                .stream()
                .map(embedding -> new Prediction(labels, fitted.head().probabilities(embedding)))
                .toList();
        byte[] file =
                HeadFile.encode(new HeadFile.Content(description.name(), description.digest(), fitted.head()));
        Manifest.Training training = new Manifest.Training(texts.digest(), plan.seed(), border,
                split.heldOut().size(), split.duplicates(), parameters(plan, fitted, embedder.truncated()));
        Manifest manifest = new Manifest(Manifest.FORMAT, TransformerRuntime.KIND, plan.name(), plan.version(), labels,
                Sha256.hex(file), description.batchInvariant(), training,
                Evaluation.of(labels, given(labels, split.heldOut()), predictions), null);
        return new TrainedModel(manifest, Map.of(HeadFile.NAME, file));
    }

    private static int[] given(List<String> labels, List<LabelledText> examples) {
        return examples.stream().mapToInt(example -> labels.indexOf(example.label())).toArray();
    }

    private Map<String, Object> parameters(TransformerPlan plan, HeadTrainer.Fitted fitted, int truncated)
            throws ModelFault {
        Map<String, Object> parameters = new TreeMap<>();
        parameters.put("cross_validation_accuracy", rounded(fitted.accuracy()));
        parameters.put("cross_validation_folds", fitted.folds());
        parameters.put("cross_validation_log_loss", rounded(fitted.logLoss()));
        parameters.put("dimensions", EncoderDescription.DIMENSIONS);
        parameters.put(TransformerRuntime.ENCODER, plan.encoder());
        parameters.put("encoder_digest", Encoders.described(plan.encoder(), Path.of(plan.name())).digest());
        parameters.put(Manifest.Training.HELD_OUT_SHARE, plan.heldOutShare());
        parameters.put(TransformerRuntime.MAX_TOKENS, encoders.maxTokens());
        parameters.put("regularisation", fitted.strength());
        parameters.put("temperature", rounded(fitted.temperature()));
        parameters.put("truncated", truncated);
        return parameters;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }
}
