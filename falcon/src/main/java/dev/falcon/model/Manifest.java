package dev.falcon.model;

import dev.falcon.inference.ModelId;
import dev.falcon.json.Json;
import dev.falcon.json.JsonObject;
import dev.falcon.json.MalformedJson;
import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code manifest.json} in a model directory says of the model. Holds no time and no machine, so that training again
 * on the same data writes the same bytes.
 *
 * @param format of this file: {@value #FORMAT}
 * @param kind which runtime can serve it
 * @param labels in the order of every prediction's probabilities
 * @param digest SHA-256 (hex) of all that determines answers
 * @param batchInvariant whether a text's answer is the same in whatever batch
 * @param training how it was made; null for a model that Falcon did not train
 * @param heldOut how well it does on examples it was not trained on; null where nobody has said
 * @param graph how a graph that Falcon did not make is used, as far as the graph itself does not say; null: it says all
 */
public record Manifest(int format, String kind, String name, String version, List<String> labels, String digest,
        boolean batchInvariant, @Nullable Training training, @Nullable Evaluation heldOut, @Nullable Graph graph) {

    /** The version of the manifest's own format. */
    public static final int FORMAT = 1;
    /** Where it is in a model directory. */
    public static final String FILE_NAME = "manifest.json";

    private static final long MAX_BYTES = 1 << 20;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * How a model was made: enough to make it again.
     *
     * @param dataDigest SHA-256 (hex) of the file of labelled texts
     * @param seed of the split
     * @param trainedOn examples in the training part
     * @param heldOut examples in the other part
     * @param duplicates examples left out because an equal one was in
     * @param parameters of this kind of model, numbers and strings by name
     */
    public record Training(String dataDigest, long seed, int trainedOn, int heldOut, int duplicates,
            Map<String, Object> parameters) {

        /** A parameter of every model that Falcon trained: which share of each label's texts was held out. */
        public static final String HELD_OUT_SHARE = "held_out_share";

        private static @Nullable Training of(@Nullable JsonObject json) throws MalformedJson {
            if (json == null) {
                return null;
            }
            String digest = json.text("data_digest");
            Training training =
                    new Training(digest == null ? "" : digest, json.large("seed"), count(json, "trained_on"),
                            count(json, "held_out"), count(json, "duplicates"), json.map("parameters"));
            json.end();
            return training;
        }

        private static int count(JsonObject json, String name) throws MalformedJson {
            Integer count = json.whole(name);
            return count == null ? 0 : count;
        }
    }

    /**
     * What a graph may leave open; null each where it does not.
     *
     * @param output the name of the output that holds a row of scores for each text
     * @param scores what these are: {@code logits} or {@code probabilities}
     * @param maxTokens as many of a text's tokens are read
     */
    public record Graph(@Nullable String output, @Nullable String scores, @Nullable Integer maxTokens) {

        private static @Nullable Graph of(@Nullable JsonObject json) throws MalformedJson {
            if (json == null) {
                return null;
            }
            Graph graph = new Graph(json.text("output"), json.text("scores"), json.whole("max_tokens"));
            json.end();
            return graph;
        }
    }

    /** Whether this may name a model or a version: it is a folder's name, a label's value and part of a reference. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Reads the manifest of a model directory and checks every field it needs. */
    public static Manifest read(Path directory) throws ModelFault {
        Path file = directory.resolve(FILE_NAME);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ModelFault(file, Reason.BAD_MANIFEST, "larger than " + MAX_BYTES + " bytes");
            }
            return checked(file, of(JsonObject.read(Files.readAllBytes(file))));
        } catch (MalformedJson e) {
            throw new ModelFault(file, Reason.BAD_MANIFEST, "not a manifest: " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new ModelFault(file, Reason.MISSING, "there is no such file", e);
        } catch (IOException e) {
            throw new ModelFault(file, Reason.NOT_READABLE, "cannot be read (" + e + ")", e);
        }
    }

    private static Manifest checked(Path file, Manifest manifest) throws ModelFault {
        String fault = manifest.fault();
        if (fault != null) {
            throw new ModelFault(file, Reason.BAD_MANIFEST, fault);
        }
        return manifest;
    }

    /** A field that is absent is null or 0 and found by {@link #fault}. */
    @SuppressWarnings("NullAway") // until that has looked
    private static Manifest of(JsonObject json) throws MalformedJson {
        Integer format = json.whole("format");
        Manifest manifest = new Manifest(format == null ? 0 : format, json.text("kind"), json.text("name"),
                json.text("version"), json.texts("labels"), json.text("digest"), json.flag("batch_invariant"),
                Training.of(json.object("training")), Evaluation.of(json.object("held_out")),
                Graph.of(json.object("graph")));
        json.end();
        return manifest;
    }

    /** The file's content. */
    public byte[] bytes() {
        return Json.prettyWithoutNulls(this).getBytes(StandardCharsets.UTF_8);
    }

    public ModelId id() {
        return new ModelId(name, version, digest);
    }

    /** What is wrong with it, or null. A field that is absent is null or 0. */
    private @Nullable String fault() {
        if (format != FORMAT) {
            return "field \"format\" is missing or not " + FORMAT;
        }
        if (kind == null || name == null || version == null || labels == null || digest == null) {
            return "field \"" + firstMissing() + "\" is missing";
        }
        if (!isName(name) || !isName(version)) {
            return "fields \"name\" and \"version\" must be 1 to 64 letters, digits, dots, dashes and underscores";
        }
        if (labels.size() < 2 || labels.stream().anyMatch(Objects::isNull)
                || new HashSet<>(labels).size() != labels.size()) {
            return "field \"labels\" must hold two or more different strings";
        }
        return SHA_256.matcher(digest).matches() ? null : "field \"digest\" must be 64 hexadecimal digits";
    }

    private String firstMissing() {
        if (kind == null) {
            return "kind";
        }
        if (name == null) {
            return "name";
        }
        if (version == null) {
            return "version";
        }
        return labels == null ? "labels" : "digest";
    }
}
