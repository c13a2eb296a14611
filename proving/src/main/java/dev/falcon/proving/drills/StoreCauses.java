package dev.falcon.proving.drills;

import java.util.List;
import java.util.Map;

/** What goes wrong with Redis and PostgreSQL. The first cause of each incident is the one that a quick run drills. */
final class StoreCauses {

    private StoreCauses() {}

    static List<Cause> all() {
        return List.of(redisStopped(), postgresStopped());
    }

    private static Cause redisStopped() {
        return Cause.of("redis-unavailable", "redis-stopped")
                .by("docker compose stop redis")
                .firing("CircuitBreakerOpen", Map.of("dependency", "redis", "worker", "worker-1"))
                .mayFire("CacheErrors", "LowCacheHitRate");
    }

    private static Cause postgresStopped() {
        return Cause.of("postgres-unavailable", "postgres-stopped")
                .by("docker compose stop postgres")
                .firing("CircuitBreakerOpen", Map.of("dependency", "postgres", "worker", "worker-1"))
                .mayFire("DatabaseOperationSlow", "HighRetryRate");
    }
}
