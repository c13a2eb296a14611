package dev.falcon.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Tells whether the worker is ready. A missing dependency makes it degraded, never unready. Safe for use by many threads.
 */
public final class Readiness {

    private final ServedModels models;
    private final BooleanSupplier redisAvailable;
    private final BooleanSupplier databaseAvailable;
    private volatile boolean draining;

    public Readiness(ServedModels models, BooleanSupplier redisAvailable, BooleanSupplier databaseAvailable) {
        this.models = models;
        this.redisAvailable = redisAvailable;
        this.databaseAvailable = databaseAvailable;
    }

    /** From now on unready, for good. */
    public void drain() {
        draining = true;
    }

    public ReadinessReport report() {
        boolean loaded = models.isWarm();
        boolean redis = redisAvailable.getAsBoolean();
        boolean database = databaseAvailable.getAsBoolean();
        List<String> degraded = new ArrayList<>();
        if (!redis) {
            degraded.add("redis");
        }
        if (!database) {
            degraded.add("database");
        }
        return new ReadinessReport(loaded && !draining, draining, loaded, redis, database, degraded);
    }
}
