package dev.falcon;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.linear.LinearRuntime;
import dev.falcon.model.transformer.Encoders;
import dev.falcon.model.transformer.GraphRuntime;
import dev.falcon.model.transformer.Graphs;
import dev.falcon.model.transformer.TransformerRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which runtime serves which kind of model, and what models share: an encoder is loaded once, when the first model of its
 * comes. Safe for use by many threads.
 */
public final class Runtimes implements AutoCloseable {

    private final Encoders encoders;
    private final Graphs graphs;

    /** Nothing is loaded yet. */
    public Runtimes(Settings.Encoding settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        this.encoders = new Encoders(settings, cores);
        this.graphs = new Graphs(settings, cores);
    }

    /** What loads models whose manifest says this kind; empty for a kind that is not served. */
    public Optional<ModelLoader> ofKind(String kind) {
        return switch (kind) {
            case LinearRuntime.KIND -> Optional.of(LinearRuntime::load);
            case TransformerRuntime.KIND ->
                    Optional.of((directory, manifest) -> TransformerRuntime.load(directory, manifest, encoders));
            case GraphRuntime.KIND ->
                    Optional.of((directory, manifest) -> GraphRuntime.load(directory, manifest, graphs));
            default -> Optional.empty();
        };
    }

    /** Whether models of this kind call native code, so that a text could end the process. */
    static boolean callsNativeCode(String kind) {
        return !kind.equals(LinearRuntime.KIND);
    }

    /** What the models to be served take at most beside the heap, in bytes by what takes it; loads nothing. */
    public Map<String, Long> nativeBytes(Settings.Models models) throws ModelFault {
        List<ModelRepository.Found> served = new ModelRepository(models, this::ofKind).served();
        Map<String, Long> bytes = new TreeMap<>(encoders.nativeBytes(served.stream()
                .flatMap(found -> TransformerRuntime.encoderOf(found.manifest()).stream())
                .distinct()
                .toList()));
        served.stream()
                .filter(found -> found.manifest().kind().equals(GraphRuntime.KIND))
                .forEach(found -> bytes.put("the model " + found.manifest().name() + "/" + found.manifest().version(),
                        graphs.nativeBytes(found.directory(), found.manifest())));
        return bytes;
    }

    /** What the models share. */
    public Encoders encoders() {
        return encoders;
    }

    /** Frees what was loaded; its models are not to be asked any more. */
    @Override
    public void close() {
        encoders.close();
        graphs.close();
    }
}
