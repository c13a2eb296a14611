package dev.falcon.inference;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A model as a caller names it: nothing (the default model), a name, or a name and a version. */
public record ModelReference(@Nullable String name, @Nullable String version) {

    /** The model that is served when none is named. */
    public static final ModelReference DEFAULT = new ModelReference(null, null);

    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?:/([A-Za-z0-9][A-Za-z0-9._-]{0,63}))?");

    /** What NAME or NAME/VERSION means; null for anything else. */
    public static @Nullable ModelReference parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() ? new ModelReference(form.group(1), form.group(2)) : null;
    }

    /** As a caller writes it: NAME or NAME/VERSION; of the default one, empty. */
    public String wireName() {
        return (name == null ? "" : name) + (version == null ? "" : "/" + version);
    }

    /** Both parts, whatever is missing: what a fingerprint is made of, so it must not change. */
    @Override
    public String toString() {
        return (name == null ? "" : name) + "/" + (version == null ? "" : version);
    }
}
