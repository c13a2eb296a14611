package dev.falcon;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.linear.LinearRuntime;
import dev.falcon.model.transformer.Encoders;
import dev.falcon.model.transformer.TransformerRuntime;
import java.util.Map;
import java.util.Optional;

/**
 * Which runtime serves which kind of model, and what models share: an encoder is loaded once, when the first model of its
 * comes. Safe for use by many threads.
 */
public final class Runtimes implements AutoCloseable {

    private final Encoders encoders;

    /** Nothing is loaded yet. */
    public Runtimes(Settings.Encoding settings) {
        this.encoders = new Encoders(settings, Runtime.getRuntime().availableProcessors());
    }

    /** What loads models whose manifest says this kind; empty for a kind that is not served. */
    public Optional<ModelLoader> ofKind(String kind) {
        return switch (kind) {
            case LinearRuntime.KIND -> Optional.of(LinearRuntime::load);
            case TransformerRuntime.KIND ->
                    Optional.of((directory, manifest) -> TransformerRuntime.load(directory, manifest, encoders));
            default -> Optional.empty();
        };
    }

    /** What the encoders of the models to be served take at most beside the heap, in bytes by name; loads nothing. */
    public Map<String, Long> nativeBytes(Settings.Models models) throws ModelFault {
        return encoders.nativeBytes(new ModelRepository(models, this::ofKind).servedManifests()
                .stream()
                .flatMap(manifest -> TransformerRuntime.encoderOf(manifest).stream())
                .distinct()
                .toList());
    }

    /** What the models share. */
    public Encoders encoders() {
        return encoders;
    }

    /** Frees what was loaded; its models are not to be asked any more. */
    @Override
    public void close() {
        encoders.close();
    }
}
