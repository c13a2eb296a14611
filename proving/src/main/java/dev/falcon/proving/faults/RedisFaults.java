package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** All that is done to Redis. */
final class RedisFaults {

    private static final String BALLAST = "proving:ballast";
    private static final long BALLAST_BYTES = 32L << 20;
    private static final Duration LATENCY = Duration.ofMillis(300);
    private static final long SLOW_MILLIS = 500;

    private final RealRedis redis;
    private final FaultProxy proxy;
    private final RedisProbe probe;

    RedisFaults(RealRedis redis, FaultProxy proxy) {
        this.redis = redis;
        this.proxy = proxy;
        this.probe = new RedisProbe(proxy.port());
    }

    /** Whether it takes a write at once. */
    boolean isSound() {
        Sight sight = probe.look();
        return sight.seen().equals("+OK") && sight.millis() < SLOW_MILLIS;
    }

    List<Fault> all() {
        return List.of(
                fault("Redis paused", redis::pause, redis::resume, RedisFaults::isSilent),
                fault("Redis killed", redis::kill, redis::start, sight -> sight.seen().startsWith(Sight.LOST)),
                fault("Redis blackholed", proxy::blackhole, proxy::pass, RedisFaults::isSilent),
                fault("Redis slowed", () -> proxy.latency(LATENCY), proxy::pass,
                        sight -> sight.seen().equals("+OK") && sight.millis() >= SLOW_MILLIS),
                new Fault("Redis full", Dependency.REDIS, false, this::fill, this::free, probe::look,
                        sight -> sight.seen().startsWith("-OOM")),
                fault("Redis read-only", this::follow, () -> expect("OK", "REPLICAOF", "NO", "ONE"),
                        sight -> sight.seen().startsWith("-READONLY")),
                fault("Redis locked", () -> expect("OK", "CLIENT", "PAUSE", "60000", "WRITE"),
                        () -> expect("OK", "CLIENT", "UNPAUSE"),
                        sight -> sight.seen().equals(Sight.SILENCE + "; PING: +PONG")));
    }

    private Fault fault(String name, Fault.Step begin, Fault.Step end, Predicate<Sight> isBroken) {
        return new Fault(name, Dependency.REDIS, true, begin, end, probe::look, isBroken);
    }

    private static boolean isSilent(Sight sight) {
        return sight.seen().equals(Sight.SILENCE + "; PING: " + Sight.SILENCE);
    }

    /** Full for real: one long value takes all that is allowed, and nothing may be evicted. */
    private void fill() {
        expect("OK", "CONFIG", "SET", "maxmemory-policy", "noeviction");
        expect("OK", "CONFIG", "SET", "maxmemory", Long.toString(BALLAST_BYTES));
        redis.command("SETRANGE", BALLAST, Long.toString(BALLAST_BYTES), "x");
    }

    private void free() {
        redis.command("DEL", BALLAST);
    }

    /** Of a master that is not there, so that nothing is copied over its own content. */
    private void follow() throws Exception {
        expect("OK", "REPLICAOF", "127.0.0.1", Integer.toString(RealPostgres.freePort()));
    }

    private void expect(String answer, String... words) {
        String got = redis.command(words);
        if (!got.startsWith(answer)) {
            throw new IllegalStateException(String.join(" ", words) + " answered " + got);
        }
    }
}
