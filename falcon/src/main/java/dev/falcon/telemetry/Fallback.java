package dev.falcon.telemetry;

import java.util.Locale;

/** What is done without a dependency. */
public enum Fallback {
    /** A text was looked up, or its answer kept, without the shared cache. */
    CACHE_SKIPPED(Dependency.REDIS),
    /** A request with an idempotency key was served without the key's promise. */
    IDEMPOTENCY_SKIPPED(Dependency.REDIS),
    /** A record went to the spool instead of the database. */
    LOG_SPOOLED(Dependency.POSTGRES);

    private final Dependency dependency;

    Fallback(Dependency dependency) {
        this.dependency = dependency;
    }

    public Dependency dependency() {
        return dependency;
    }

    /** The label's value: {@code cache_skipped}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
