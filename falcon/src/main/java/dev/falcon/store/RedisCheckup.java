package dev.falcon.store;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.store.StoreUnavailable.Reason;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Looks a Redis over once, as a worker would use it, and tells what is there; judges nothing. Connects the way a worker
 * does, so what keeps a worker away shows here in the same words. Every wait is bounded by the longer of a second and the
 * operation timeout. For use by one thread.
 */
public final class RedisCheckup {

    private static final int PINGS = 7;
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(1);
    private static final Duration KEY_TTL = Duration.ofSeconds(10);
    private static final double NANOS_A_MILLISECOND = 1e6;

    /**
     * What was found.
     *
     * @param connectMillis connecting, authenticating and the first answer
     * @param pingMillis the median round trip
     * @param writeFailure why a key of its own could not be written, read by a script and removed
     * @param server what {@code INFO} told
     */
    public record Found(double connectMillis, double pingMillis, Optional<String> writeFailure, Server server) {}

    /**
     * The server's own account.
     *
     * @param role {@code master} or {@code slave}
     * @param maxMemory bytes; 0: no limit
     * @param maxMemoryPolicy what goes first when it is full, empty where the server does not tell
     * @param appendOnly whether each write goes to a file
     * @param diskFault whether its last write to disk failed
     */
    public record Server(String version, String role, long maxMemory, long usedMemory, String maxMemoryPolicy,
            boolean appendOnly, boolean diskFault) {}

    private final Settings.Redis settings;
    private final Ticker ticker;
    private final Duration patience;

    public RedisCheckup(Settings.Redis settings, Ticker ticker) {
        this.settings = settings;
        this.ticker = ticker;
        this.patience = settings.operationTimeout().compareTo(LEAST_PATIENCE) > 0
                ? settings.operationTimeout()
                : LEAST_PATIENCE;
    }

    /**
     * Connects and looks.
     *
     * @throws StoreUnavailable if there is no connection that answers; the message says why
     */
    public Found run() throws StoreUnavailable {
        RedisConnector connector = new RedisConnector(settings, new RedisConnectionStateListener() {});
        try {
            long start = ticker.nanos();
            RedisLink link = connector.connect();
            double connectMillis = millisSince(start);
            try {
                return look(link, connectMillis);
            } finally {
                link.close();
            }
        } finally {
            // Closing waits for a handshake that hangs; the caller need not.
            Thread.ofVirtual().name("redis-checkup-close").start(connector::close);
        }
    }

    private Found look(RedisLink link, double connectMillis) throws StoreUnavailable {
        double pingMillis = median(link);
        Optional<String> writeFailure = writeFailure(link);
        String told = answer(link, RedisAsyncCommands::info);
        Server server = new Server(RedisVersion.field(told, "redis_version"), RedisVersion.field(told, "role"),
                number(told, "maxmemory"), number(told, "used_memory"), RedisVersion.field(told, "maxmemory_policy"),
                RedisVersion.field(told, "aof_enabled").equals("1"),
                told.contains("_status:err"));
        return new Found(connectMillis, pingMillis, writeFailure, server);
    }

    private double median(RedisLink link) throws StoreUnavailable {
        double[] millis = new double[PINGS];
        for (int i = 0; i < PINGS; i++) {
            long start = ticker.nanos();
            answer(link, RedisAsyncCommands::ping);
            millis[i] = millisSince(start);
        }
        Arrays.sort(millis);
        return millis[PINGS / 2];
    }

    /** All that a worker's user needs the right to, on a key that nobody else has and that goes by itself. */
    private Optional<String> writeFailure(RedisLink link) {
        String key = "falcon:doctor:" + UUID.randomUUID();
        byte[] value = "well".getBytes(StandardCharsets.US_ASCII);
        try {
            answer(link, commands -> commands.set(key, value, SetArgs.Builder.nx().px(KEY_TTL.toMillis())));
            byte[] read = answer(link, commands -> commands.<byte[]>eval("return redis.call('get', KEYS[1])",
                    ScriptOutputType.VALUE, key));
            answer(link, commands -> commands.del(key));
            return Arrays.equals(read, value)
                    ? Optional.empty()
                    : Optional.of("a key that was just written reads as another value");
        } catch (StoreUnavailable e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private <T> T answer(RedisLink link, Function<RedisAsyncCommands<String, byte[]>, Future<T>> command)
            throws StoreUnavailable {
        Future<T> answer = command.apply(link.commands());
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new StoreUnavailable(Reason.TIMEOUT, "timeout: no answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw RedisFailures.of(e.getCause() == null ? e : e.getCause(), link.isOpen());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(Reason.INTERRUPTED, "interrupted");
        }
    }

    private static long number(String told, String field) {
        try {
            return Long.parseLong(RedisVersion.field(told, field));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private double millisSince(long startNanos) {
        return (ticker.nanos() - startNanos) / NANOS_A_MILLISECOND;
    }
}
