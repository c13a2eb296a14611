package dev.falcon.store;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import org.jspecify.annotations.Nullable;

/**
 * The store that the settings ask for: Redis behind its guard, or one in this process where no {@code REDIS_HOST} is set.
 * Opening does not wait for Redis. Safe for use by many threads.
 */
public final class Stores implements AutoCloseable {

    private final KeyValueStore store;
    private final @Nullable Guard guard;
    private final @Nullable RedisStore redis;

    private Stores(KeyValueStore store, @Nullable Guard guard, @Nullable RedisStore redis) {
        this.store = store;
        this.guard = guard;
        this.redis = redis;
    }

    /** Opens the store; Redis is connected in the background. */
    public static Stores open(Settings.Redis settings, Settings.Breaker breaker, Metrics metrics, Ticker ticker) {
        if (settings.host() == null) {
            return new Stores(new InProcessStore(ticker), null, null);
        }
        Guard guard = new Guard(Dependency.REDIS, GuardPolicy.of(breaker, settings.operationTimeout()),
                metrics.guard(Dependency.REDIS), ticker);
        RedisStore redis = new RedisStore(settings, metrics.store(), ticker, guard::probeSoon);
        guard.start(() -> {
            redis.probe();
            return true;
        });
        return new Stores(new GuardedStore(redis, guard), guard, redis);
    }

    /** Where idempotency keys are kept. */
    public KeyValueStore store() {
        return store;
    }

    /** Where workers share answers; null if there is no such place but this process. */
    public @Nullable KeyValueStore shared() {
        return redis == null ? null : store;
    }

    /** Whether the store answers at the moment; one in this process always does. */
    public boolean isAvailable() {
        return guard == null || guard.isAvailable();
    }

    /** Stops probing and closes the connection. */
    @Override
    public void close() {
        if (guard != null) {
            guard.close();
        }
        if (redis != null) {
            redis.close();
        }
    }
}
