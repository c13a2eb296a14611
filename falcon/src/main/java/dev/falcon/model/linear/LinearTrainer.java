package dev.falcon.model.linear;

import dev.falcon.inference.Prediction;
import dev.falcon.model.Evaluation;
import dev.falcon.model.LabelSet;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.Sha256;
import dev.falcon.model.StratifiedSplit;
import dev.falcon.model.TrainedModel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * From labelled texts to a model: splits, chooses the regularisation on the training part, fits on all of it, and looks at
 * the held-out part once. Equal texts and plans give equal bytes, on any machine and in any order of the file. Stateless.
 */
public final class LinearTrainer {

    private LinearTrainer() {}

    /**
     * Trains.
     *
     * @param progress told in a few words what is being done, as it begins; called by several threads
     * @throws LabelledTextFault if there are too few labels, too many, or too few examples of one
     */
    public static TrainedModel train(LabelledTexts texts, TrainingPlan plan, Consumer<String> progress)
            throws LabelledTextFault {
        List<String> labels = LabelSet.of(texts);
        StratifiedSplit split = StratifiedSplit.of(texts.examples(), plan.heldOutShare(), plan.seed());
        CrossValidation.Choice choice = CrossValidation.choose(labels, split.training(), plan, progress);
        progress.accept("training on " + split.training().size() + " examples with C = " + choice.c());
        Weights weights = new Design(labels, split.training(),
                split.training().stream().map(example -> Tokenizer.tokenize(example.text())).toList(),
                plan.minDocuments()).solve(choice.c(), LogisticRegression.Tolerance.FINE);
        progress.accept("evaluating on " + split.heldOut().size() + " held-out examples");
        byte[] file = WeightsFile.encode(weights);
        Manifest.Training training = new Manifest.Training(texts.digest(), plan.seed(), split.training().size(),
                split.heldOut().size(), split.duplicates(), parameters(plan, choice, weights.vocabulary()));
        Manifest manifest = new Manifest(Manifest.FORMAT, LinearRuntime.KIND, plan.name(), plan.version(), labels,
                Sha256.hex(file), true, training, evaluation(weights, split.heldOut()), null);
        return new TrainedModel(manifest, Map.of(WeightsFile.NAME, file));
    }

    private static Map<String, Object> parameters(TrainingPlan plan, CrossValidation.Choice choice,
            Vocabulary vocabulary) {
        Map<String, Object> parameters = new TreeMap<>();
        parameters.put("c", choice.c());
        parameters.put("cross_validation_accuracy", rounded(choice.accuracy()));
        parameters.put("cross_validation_folds", plan.folds());
        parameters.put("cross_validation_log_loss", rounded(choice.logLoss()));
        parameters.put(Manifest.Training.HELD_OUT_SHARE, plan.heldOutShare());
        parameters.put("min_documents", plan.minDocuments());
        parameters.put("tokenizer", Tokenizer.VERSION);
        parameters.put("word_ngrams_max", 2);
        parameters.put("words", vocabulary.wordCount());
        parameters.put("word_pairs", vocabulary.pairCount());
        return parameters;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }

    private static Evaluation evaluation(Weights weights, List<LabelledText> heldOut) {
        List<Prediction> predictions = heldOut.stream()
                .map(example -> weights.predict(weights.vocabulary().lookUp(Tokenizer.tokenize(example.text()))))
                .toList();
        int[] given = heldOut.stream().mapToInt(example -> weights.labels().indexOf(example.label())).toArray();
        return Evaluation.of(weights.labels(), given, predictions);
    }
}
