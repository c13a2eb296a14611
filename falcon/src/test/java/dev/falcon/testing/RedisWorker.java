package dev.falcon.testing;

import dev.falcon.config.Password;
import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.store.GuardedStore;
import dev.falcon.store.RedisStore;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * What one worker has of Redis: its own connection, breaker and metrics, put together as the worker does it. With times
 * short enough for a test: an outage is over within seconds of its cause's end.
 */
public final class RedisWorker implements AutoCloseable {

    public static final Duration OPERATION_TIMEOUT = Duration.ofMillis(500);
    public static final int FAILURE_THRESHOLD = 5;

    private final Metrics metrics = new Metrics("w", Ticker.system());
    private final Guard guard;
    private final RedisStore redis;
    private final GuardedStore store;

    private RedisWorker(Settings.Redis settings, int failureThreshold) {
        Settings.Breaker breaker = new Settings.Breaker(failureThreshold, Duration.ofMillis(400), 2);
        guard = new Guard(Dependency.REDIS, GuardPolicy.of(breaker, settings.operationTimeout()),
                metrics.guard(Dependency.REDIS), Ticker.system());
        redis = new RedisStore(settings, metrics.store(), Ticker.system(), guard::probeSoon);
        store = new GuardedStore(redis, guard);
        guard.start(() -> {
            redis.probe();
            return true;
        });
    }

    /** A worker that connects in the background. */
    public static RedisWorker of(Settings.Redis settings) {
        return new RedisWorker(settings, FAILURE_THRESHOLD);
    }

    /** A worker whose breaker opens only after this many failures in a row. */
    public static RedisWorker withThreshold(int failureThreshold, String host, int port) {
        return new RedisWorker(settings(host, port), failureThreshold).connected();
    }

    /** A worker that is connected. */
    public static RedisWorker at(String host, int port) {
        return of(settings(host, port)).connected();
    }

    /** A connected worker that waits so long for Redis that a busy machine is not taken for an outage. */
    public static RedisWorker patientAt(String host, int port) {
        return of(new Settings.Redis(host, port, 0, Password.NONE, Duration.ofSeconds(2))).connected();
    }

    /** Settings without password, on database 0. */
    public static Settings.Redis settings(String host, int port) {
        return new Settings.Redis(host, port, 0, Password.NONE, OPERATION_TIMEOUT);
    }

    /** Waits until calls are let through. */
    public RedisWorker connected() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(guard::isAvailable);
        return this;
    }

    /** Waits until calls are refused. */
    public RedisWorker disconnected() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !guard.isAvailable());
        return this;
    }

    public Metrics metrics() {
        return metrics;
    }

    public Guard guard() {
        return guard;
    }

    public GuardedStore store() {
        return store;
    }

    /** Stops without a word to anyone, as a process that is killed does: nothing is released. */
    @Override
    public void close() {
        guard.close();
        redis.close();
    }
}
