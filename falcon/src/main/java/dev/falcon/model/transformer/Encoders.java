package dev.falcon.model.transformer;

import dev.falcon.config.Settings;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The encoders of one process: each is loaded when a model first needs it, and is then the same for all models. Safe for use
 * by many threads.
 */
public final class Encoders implements AutoCloseable {

    private final CacheFolder cache;
    private final Encoder.Shape shape;
    private final Map<String, Encoder> loaded = new TreeMap<>();

    /** @param cores processors that inferences may use */
    public Encoders(Settings.Encoding settings, int cores) {
        this.cache = new CacheFolder(settings.cacheDir());
        this.shape = new Encoder.Shape(ThreadLayout.of(cores), settings.maxTokens());
    }

    /** The names of all encoders that come with Falcon, the usual one first. */
    public static List<String> names() {
        return EncoderDescription.ALL.stream().map(EncoderDescription::name).toList();
    }

    int maxTokens() {
        return shape.maxTokens();
    }

    CacheFolder cache() {
        return cache;
    }

    /**
     * The encoder, loaded now if it is not yet.
     *
     * @param wanted who asks for it, for the fault
     */
    synchronized Encoder get(String name, Path wanted) throws ModelFault {
        Encoder encoder = loaded.get(name);
        if (encoder == null) {
            encoder = Encoder.load(described(name, wanted), cache, shape);
            loaded.put(name, encoder);
        }
        return encoder;
    }

    static EncoderDescription described(String name, Path wanted) throws ModelFault {
        return EncoderDescription.named(name)
                .orElseThrow(() -> new ModelFault(wanted, Reason.UNKNOWN_ENCODER,
                        "the encoder \"" + name + "\" does not come with this version of Falcon, which has "
                                + String.join(" and ", names())));
    }

    /**
     * What encoders of these names take at most beside the heap, in bytes: by name, each once.
     *
     * @param names unknown ones are passed over; loading their model names the fault
     */
    public Map<String, Long> nativeBytes(List<String> names) {
        return names.stream()
                .distinct()
                .flatMap(name -> EncoderDescription.named(name).stream())
                .collect(Collectors.toMap(encoder -> "the encoder " + encoder.name(),
                        encoder -> Encoder.nativeBytes(encoder, shape), (a, b) -> a, TreeMap::new));
    }

    /** Frees the encoders' memory; their models are not to be asked any more. */
    @Override
    public synchronized void close() {
        List<Encoder> all = new ArrayList<>(loaded.values());
        loaded.clear();
        all.forEach(Encoder::close);
    }
}
