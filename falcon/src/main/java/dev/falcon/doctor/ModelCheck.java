package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelRuntime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Loads the model as a worker would, and asks it. For use by one thread. */
final class ModelCheck {

    private static final String TEXT = "The service was quick and friendly, and I would come back any time.";
    private static final int DIGEST_CHARS = 12;
    private static final double NANOS_A_MILLISECOND = 1e6;

    private final Settings.Models settings;
    private final Function<String, Optional<ModelLoader>> loaders;
    private final Ticker ticker;

    ModelCheck(Settings.Models settings, Function<String, Optional<ModelLoader>> loaders, Ticker ticker) {
        this.settings = settings;
        this.loaders = loaders;
        this.ticker = ticker;
    }

    List<Finding> look() {
        try {
            long start = ticker.nanos();
            LoadedModel model = new ModelRepository(settings, loaders).load();
            double loadMillis = (ticker.nanos() - start) / NANOS_A_MILLISECOND;
            return List.of(
                    Finding.ok("model.load", String.format(Locale.ROOT, "%s/%s, digest %s, loaded in %.0f ms from %s",
                            model.manifest().name(), model.manifest().version(),
                            model.manifest().digest().substring(0, DIGEST_CHARS), loadMillis, model.directory())),
                    answer(model.runtime()));
        } catch (ModelFault e) {
            return List.of(Finding.fault("model.load", String.valueOf(e.getMessage()), advice(e.reason())));
        }
    }

    private Finding answer(ModelRuntime runtime) {
        try {
            long start = ticker.nanos();
            List<Prediction> predictions = runtime.predict(List.of(runtime.prepare(TEXT)));
            double millis = (ticker.nanos() - start) / NANOS_A_MILLISECOND;
            Prediction prediction = predictions.getFirst();
            double sum = 0;
            for (int i = 0; i < prediction.labels().size(); i++) {
                sum += prediction.probability(i);
            }
            return Math.abs(sum - 1) < 1e-6
                    ? Finding.ok("model.answer", String.format(Locale.ROOT, "%s in %.1f ms, cold", prediction.label(),
                            millis))
                    : Finding.fault("model.answer", "its probabilities sum to " + sum, "train or copy the model anew");
        } catch (RuntimeException | Error e) {
            return Finding.fault("model.answer", "it fails on a plain sentence: " + e, "train or copy the model anew");
        }
    }

    private static String advice(ModelFault.Reason reason) {
        return switch (reason) {
            case MISSING ->
                    "set MODEL_PATH to a model's folder or a tree NAME/VERSION/ of them; `falcon train` makes one";
            case NOT_READABLE -> "let this user read the file";
            case AMBIGUOUS -> "set DEFAULT_MODEL";
            case UNKNOWN_KIND -> "use a Falcon that serves this kind, or another model";
            case UNKNOWN_ENCODER -> "use a Falcon that has this encoder, or train the model again";
            case WRONG_GRAPH -> "export the graph as the README's section on ONNX models says, or mend its manifest";
            case NOT_UNPACKED ->
                    "give MODEL_CACHE_DIR a folder that this user can write to, on a file system that is not mounted noexec";
            case BAD_MANIFEST, TRUNCATED, DIGEST_MISMATCH, CORRUPT ->
                    "the copy is broken: copy the model's folder anew, or train it again";
        };
    }
}
