package dev.falcon.telemetry;

import java.util.Locale;

/** What a worker leans on and can do without for a while. */
public enum Dependency {
    REDIS("Redis"),
    POSTGRES("Database");

    private final String spokenName;

    Dependency(String spokenName) {
        this.spokenName = spokenName;
    }

    /** The label's value: {@code redis}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The word in log messages: {@code Redis} unavailable, {@code Database} unavailable. */
    public String spokenName() {
        return spokenName;
    }
}
