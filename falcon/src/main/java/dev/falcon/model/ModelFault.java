package dev.falcon.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model that cannot be had: which file, what kind of fault, and a sentence for people that names both. */
public final class ModelFault extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kinds of fault, for those who must tell them apart. */
    public enum Reason {
        /** There is no such file, directory or model. */
        MISSING,
        /** The file is there and could not be read. */
        NOT_READABLE,
        /** Several models fit, and none was named. */
        AMBIGUOUS,
        /** The manifest is not JSON of the expected shape, or a field is missing or out of bounds. */
        BAD_MANIFEST,
        /** No runtime here serves this kind of model. */
        UNKNOWN_KIND,
        /** The encoder that the model is built on does not come with this version. */
        UNKNOWN_ENCODER,
        /** An input or output of the model's graph is not what a classifier of texts has. */
        WRONG_GRAPH,
        /** What a model needs cannot be unpacked, or its native code cannot be loaded. */
        NOT_UNPACKED,
        /** The file is shorter than it says it is. */
        TRUNCATED,
        /** The file's SHA-256 is not the manifest's. */
        DIGEST_MISMATCH,
        /** The file is whole and contradicts its format. */
        CORRUPT
    }

    private final transient Path file;
    private final Reason reason;

    public ModelFault(Path file, Reason reason, String why) {
        this(file, reason, why, null);
    }

    public ModelFault(Path file, Reason reason, String why, @Nullable Throwable cause) {
        super(file + ": " + why, cause);
        this.file = file;
        this.reason = reason;
    }

    public Path file() {
        return file;
    }

    public Reason reason() {
        return reason;
    }
}
