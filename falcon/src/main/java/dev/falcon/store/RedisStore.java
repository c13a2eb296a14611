package dev.falcon.store;

import dev.falcon.config.Settings;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.StoreUnavailable.Reason;
import dev.falcon.telemetry.StoreMeters;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The store that all workers share, over one connection that many threads use at once. A caller waits at most the
 * operation timeout and never connects: {@link #probe()}, called in the background, does. Safe for use by many threads;
 * the probe by one at a time.
 */
public final class RedisStore implements KeyValueStore, AutoCloseable {

    private static final Duration PROBE_TTL = Duration.ofSeconds(10);

    private final Duration operationTimeout;
    private final StoreMeters meters;
    private final Ticker ticker;
    private final Runnable lost;
    private final RedisConnector connector;
    private final String probeKey = "falcon:probe:" + UUID.randomUUID();
    private volatile @Nullable RedisLink link;
    private volatile @Nullable StoreUnavailable downBecause;

    /** @param lost told when a connection has ended that was in use; must not wait */
    public RedisStore(Settings.Redis settings, StoreMeters meters, Ticker ticker, Runnable lost) {
        this.operationTimeout = settings.operationTimeout();
        this.meters = meters;
        this.ticker = ticker;
        this.lost = lost;
        this.connector = new RedisConnector(settings, new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                RedisLink current = link;
                if (current != null && current.isOf(connection)) {
                    forget(current, null);
                }
            }
        });
    }

    /**
     * Connects where there is no connection, or one that fell silent; then writes and reads, each within the operation
     * timeout, and looks at the server's memory.
     *
     * @throws StoreUnavailable if Redis does not serve; the message says why. A full Redis serves.
     */
    public void probe() throws StoreUnavailable {
        RedisLink current = link;
        if (current != null && current.isSuspect()) {
            drop(current, new StoreUnavailable(Reason.NOT_CONNECTED, "timeout: Redis fell silent, connecting again"));
            connect();
        } else if (current == null || !current.isOpen()) {
            connect();
        }
        Map<String, byte[]> now = Map.of(probeKey, Long.toString(ticker.nanos()).getBytes(StandardCharsets.US_ASCII));
        Patience patience = new Patience();
        try {
            put(now, PROBE_TTL, patience);
            // A script too: idempotency keys need them, and a user may lack the right to run any.
            extend(now, PROBE_TTL, patience);
        } catch (StoreUnavailable e) {
            if (e.reason() != Reason.FULL) {
                throw e;
            }
        }
        get(List.of(probeKey), patience);
        meters.memoryUsedRatio(memoryRatio(answer(commands -> commands.info("memory"))));
    }

    private void connect() throws StoreUnavailable {
        try {
            link = connector.connect();
        } catch (StoreUnavailable e) {
            downBecause = e;
            throw e;
        }
    }

    private static double memoryRatio(String memory) {
        try {
            double limit = Double.parseDouble(RedisVersion.field(memory, "maxmemory"));
            return limit == 0 ? 0 : Double.parseDouble(RedisVersion.field(memory, "used_memory")) / limit;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    @Override
    public List<byte @Nullable []> get(List<String> keys, Patience patience) throws StoreUnavailable {
        List<KeyValue<String, byte[]>> found = answer(commands -> commands.mget(keys.toArray(String[]::new)));
        List<byte @Nullable []> values = new ArrayList<>(keys.size());
        for (KeyValue<String, byte[]> entry : found) {
            values.add(entry.hasValue() ? entry.getValue() : null);
        }
        return values;
    }

    @Override
    public void put(Map<String, byte[]> values, Duration ttl, Patience patience) throws StoreUnavailable {
        answers(commands -> {
            Map<String, RedisFuture<String>> setting = new LinkedHashMap<>();
            values.forEach((key, value) -> setting.put(key,
                    commands.set(key, value, SetArgs.Builder.px(ttl.toMillis()))));
            return setting;
        });
    }

    @Override
    public byte @Nullable [] putIfAbsent(String key, byte[] value, Duration ttl, Patience patience)
            throws StoreUnavailable {
        List<byte[]> there = answer(commands -> commands.eval(Scripts.PUT_IF_ABSENT, ScriptOutputType.MULTI,
                new String[]{key}, value, millis(ttl)));
        return there.isEmpty() ? null : there.getFirst();
    }

    @Override
    public boolean replace(String key, Replacement replacement, Patience patience) throws StoreUnavailable {
        return this.<Long>answer(commands -> commands.eval(Scripts.REPLACE, ScriptOutputType.INTEGER,
                new String[]{key}, replacement.expected(), replacement.value(), millis(replacement.ttl()))) == 1;
    }

    @Override
    public boolean remove(String key, byte[] expected, Patience patience) throws StoreUnavailable {
        return this.<Long>answer(commands -> commands.eval(Scripts.REMOVE, ScriptOutputType.INTEGER,
                new String[]{key}, expected)) == 1;
    }

    @Override
    public Set<String> extend(Map<String, byte[]> expected, Duration ttl, Patience patience) throws StoreUnavailable {
        Map<String, Long> extended = answers(commands -> {
            Map<String, RedisFuture<Long>> extending = new LinkedHashMap<>();
            expected.forEach((key, value) -> extending.put(key,
                    commands.eval(Scripts.EXTEND, ScriptOutputType.INTEGER, new String[]{key}, value, millis(ttl))));
            return extending;
        });
        Set<String> held = new HashSet<>(extended.keySet());
        held.removeIf(key -> !Long.valueOf(1).equals(extended.get(key)));
        return held;
    }

    /** Ends the connection and the client's threads. */
    @Override
    public void close() {
        link = null;
        connector.close();
    }

    private static byte[] millis(Duration ttl) {
        return Long.toString(ttl.toMillis()).getBytes(StandardCharsets.US_ASCII);
    }

    @FunctionalInterface
    private interface Command<T> {
        T send(RedisAsyncCommands<String, byte[]> commands);
    }

    private <T> T answer(Command<RedisFuture<T>> command) throws StoreUnavailable {
        RedisLink current = connected();
        return await(current, command.send(current.commands()), ticker.nanos() + operationTimeout.toNanos());
    }

    /** The answers to several commands that travel together; one wait for all. */
    private <T> Map<String, T> answers(Command<Map<String, RedisFuture<T>>> command) throws StoreUnavailable {
        RedisLink current = connected();
        long untilNanos = ticker.nanos() + operationTimeout.toNanos();
        Map<String, T> answers = new LinkedHashMap<>();
        for (Map.Entry<String, RedisFuture<T>> future : command.send(current.commands()).entrySet()) {
            answers.put(future.getKey(), await(current, future.getValue(), untilNanos));
        }
        return answers;
    }

    private RedisLink connected() throws StoreUnavailable {
        RedisLink current = link;
        if (current != null) {
            return current;
        }
        StoreUnavailable failure = downBecause;
        throw failure != null ? failure : new StoreUnavailable(Reason.RECONNECTING, "not connected at the moment");
    }

    private <T> T await(RedisLink current, RedisFuture<T> future, long untilNanos)
            throws StoreUnavailable {
        try {
            T answer = future.get(Math.max(0, untilNanos - ticker.nanos()), TimeUnit.NANOSECONDS);
            current.answered();
            return answer;
        } catch (TimeoutException e) {
            future.cancel(false);
            current.silent();
            throw new StoreUnavailable(Reason.TIMEOUT,
                    "timeout: no answer within " + operationTimeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            StoreUnavailable failure = RedisFailures.of(e.getCause() == null ? e : e.getCause(), current.isOpen());
            if (failure.reason() == Reason.REFUSED) {
                // Another connection may find another server, or take another password.
                drop(current, failure);
            }
            throw failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(Reason.INTERRUPTED, "interrupted");
        }
    }

    /** Ends a connection that is of no use. Unlike one that was merely lost, it counts against the server. */
    private void drop(RedisLink which, StoreUnavailable because) {
        forget(which, because);
        which.close();
    }

    private void forget(RedisLink which, @Nullable StoreUnavailable because) {
        synchronized (this) {
            if (link != which) {
                return;
            }
            downBecause = because;
            link = null;
        }
        lost.run();
    }
}
