package dev.falcon;

import dev.falcon.config.Settings;
import dev.falcon.memory.MemoryPlan.Addend;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.linear.LinearRuntime;
import dev.falcon.model.transformer.Encoders;
import dev.falcon.model.transformer.GraphRuntime;
import dev.falcon.model.transformer.Graphs;
import dev.falcon.model.transformer.TransformerRuntime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
        this(settings, Runtime.getRuntime().availableProcessors());
    }

    /** Same, as on a machine of so many processors. */
    public Runtimes(Settings.Encoding settings, int cores) {
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

    /**
     * What the models to be served take at most beside the heap, each part with the settings that ask for it; loads nothing.
     * An encoder counts once, however many models share it.
     */
    public List<Addend> nativeMemory(Settings.Models models) throws ModelFault {
        List<ModelRepository.Found> served = new ModelRepository(models, this::ofKind).served();
        Map<String, Set<String>> askedBy = new TreeMap<>();
        List<Addend> graphsAlone = new ArrayList<>();
        for (ModelRepository.Found found : served) {
            String setting = !found.equals(served.getFirst())
                    ? "SERVED_MODELS"
                    : found.directory().equals(models.path()) ? "MODEL_PATH"
                    : "DEFAULT_MODEL";
            TransformerRuntime.encoderOf(found.directory(), found.manifest())
                    .ifPresent(
                            encoder -> askedBy.computeIfAbsent(encoder, _ -> new LinkedHashSet<>()).add(setting));
            if (found.manifest().kind().equals(GraphRuntime.KIND)) {
                graphsAlone.add(new Addend("the model " + found.manifest().name() + "/" + found.manifest().version(),
                        graphs.nativeBytes(found.directory(), found.manifest()), setting));
            }
        }
        List<Addend> addends = new ArrayList<>();
        askedBy.forEach((encoder, settings) -> encoders.nativeBytes(List.of(encoder))
                .forEach((what, bytes) -> addends.add(new Addend(what, bytes, String.join(" and ", settings)))));
        addends.addAll(graphsAlone);
        return addends;
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
