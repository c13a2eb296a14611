package dev.falcon.model.transformer;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves a head on an encoder: milliseconds a text, nearly all of them the encoder's, which it shares with every other head.
 * A text that is longer than the encoder reads is answered by its beginning, and the answer says so. Safe for use by many
 * threads.
 */
public final class TransformerRuntime implements ModelRuntime {

    /** The manifest's kind of the models that this runtime serves. */
    public static final String KIND = "transformer";

    static final String ENCODER = "encoder";
    static final String MAX_TOKENS = "max_tokens";

    private final Head head;
    private final Encoder encoder;
    private final ModelId id;
    private final String preparation;
    private final boolean batchInvariant;

    private TransformerRuntime(Head head, Encoder encoder, Manifest manifest, int maxTokens) {
        this.head = head;
        this.encoder = encoder;
        this.id = id(manifest, maxTokens);
        this.preparation = encoder.description().name() + "/" + encoder.description().digest() + "/" + maxTokens;
        this.batchInvariant = manifest.batchInvariant();
    }

    /** Reads and verifies a head beside its manifest, and loads its encoder unless that is loaded already. */
    public static TransformerRuntime load(Path directory, Manifest manifest, Encoders encoders) throws ModelFault {
        HeadFile.Content content = HeadFile.read(directory, manifest);
        Path file = directory.resolve(HeadFile.NAME);
        EncoderDescription described = Encoders.described(content.encoder(), file);
        if (!described.digest().equals(content.encoderDigest())) {
            throw new ModelFault(file, Reason.UNKNOWN_ENCODER, "it was trained on another making of "
                    + content.encoder() + ": digest " + content.encoderDigest() + ", here " + described.digest());
        }
        if (manifest.batchInvariant() && !described.batchInvariant()) {
            throw new ModelFault(directory.resolve(Manifest.FILE_NAME), Reason.BAD_MANIFEST,
                    "field \"batch_invariant\" is true, but the answers of " + described.name()
                            + " depend on what else is in a batch");
        }
        return new TransformerRuntime(content.head(), encoders.get(content.encoder(), file), manifest,
                encoders.maxTokens());
    }

    /**
     * The encoder that a model would be loaded with, which its head names and its manifest need not; empty for models of other
     * kinds, and for a head that cannot be loaded.
     */
    public static Optional<String> encoderOf(Path directory, Manifest manifest) {
        return manifest.kind().equals(KIND) ? HeadFile.encoder(directory) : Optional.empty();
    }

    /** A model that reads another number of tokens than it was trained with gives other answers, so it is another model. */
    private static ModelId id(Manifest manifest, int maxTokens) {
        if (Integer.valueOf(maxTokens).equals(parameter(manifest, MAX_TOKENS))) {
            return manifest.id();
        }
        String digest =
                Sha256.hex((manifest.digest() + "\n" + MAX_TOKENS + " " + maxTokens).getBytes(StandardCharsets.UTF_8));
        return new ModelId(manifest.name(), manifest.version(), digest);
    }

    private static @Nullable Object parameter(Manifest manifest, String name) {
        return manifest.training() == null ? null : manifest.training().parameters().get(name);
    }

    @Override
    public ModelId id() {
        return id;
    }

    @Override
    public List<String> labels() {
        return head.labels();
    }

    @Override
    public boolean batchInvariant() {
        return batchInvariant;
    }

    @Override
    public boolean callsNativeCode() {
        return true;
    }

    @Override
    public String preparation() {
        return preparation;
    }

    @Override
    public Prepared prepare(String text) {
        return new TransformerPrepared(encoder, encoder.tokenize(text));
    }

    @Override
    public List<Prediction> predict(List<Prepared> texts) {
        List<TransformerPrepared> own = new ArrayList<>(texts.size());
        for (Prepared text : texts) {
            own.add(own(text));
        }
        embed(own);
        List<Prediction> predictions = new ArrayList<>(texts.size());
        for (TransformerPrepared text : own) {
            predictions.add(new Prediction(head.labels(), head.probabilities(known(text)), text.truncated()));
        }
        return predictions;
    }

    @Override
    public float[] embedding(Prepared text) {
        TransformerPrepared own = own(text);
        embed(List.of(own));
        return known(own).clone();
    }

    private TransformerPrepared own(Prepared text) {
        if (text instanceof TransformerPrepared prepared && prepared.encoder() == encoder) {
            return prepared;
        }
        throw new IllegalArgumentException("a text that another kind of runtime, or another encoder, prepared");
    }

    /** Those that no model has had embedded yet, each once. */
    private void embed(List<TransformerPrepared> texts) {
        List<TransformerPrepared> missing = texts.stream().filter(text -> !text.isWorked()).distinct().toList();
        if (!missing.isEmpty()) {
            float[][] embeddings = encoder.embedAll(missing.stream().map(TransformerPrepared::tokens).toList());
            for (int i = 0; i < embeddings.length; i++) {
                missing.get(i).embedded(embeddings[i]);
            }
        }
    }

    private static float[] known(TransformerPrepared text) {
        return Objects.requireNonNull(text.embedding(), "embedded before");
    }
}
