package dev.falcon.inference;

import org.jspecify.annotations.Nullable;

/** A model as a caller names it: nothing (the default model), a name, or a name and a version. */
public record ModelReference(@Nullable String name, @Nullable String version) {

    /** The model that is served when none is named. */
    public static final ModelReference DEFAULT = new ModelReference(null, null);

    @Override
    public String toString() {
        return (name == null ? "" : name) + "/" + (version == null ? "" : version);
    }
}
