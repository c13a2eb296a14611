package dev.falcon.telemetry;

import org.jspecify.annotations.Nullable;

/** One named value of a log line. Texts and keys of callers never go in here. */
public record Field(String name, @Nullable Object value) {

    public static Field of(String name, @Nullable Object value) {
        return new Field(name, value);
    }
}
