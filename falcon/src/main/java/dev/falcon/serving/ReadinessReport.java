package dev.falcon.serving;

import java.util.List;

/**
 * Whether this worker should be sent requests, and what it leans on.
 *
 * @param ready a model is warm and no drain has begun
 * @param degraded names of what is missing while the worker serves on without it
 */
public record ReadinessReport(boolean ready, boolean draining, boolean modelLoaded, boolean redisAvailable,
        boolean databaseAvailable, List<String> degraded) {}
