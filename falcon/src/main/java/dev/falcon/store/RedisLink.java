package dev.falcon.store;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.concurrent.CompletableFuture;

/**
 * One connection to Redis, used by all threads at once. It is suspect from a command that got no answer until one that
 * does: a peer that vanished without a word looks like this for minutes.
 */
final class RedisLink {

    private final StatefulRedisConnection<String, byte[]> connection;
    private volatile boolean suspect;

    RedisLink(StatefulRedisConnection<String, byte[]> connection) {
        this.connection = connection;
    }

    RedisAsyncCommands<String, byte[]> commands() {
        return connection.async();
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    boolean isSuspect() {
        return suspect;
    }

    void answered() {
        if (suspect) {
            suspect = false;
        }
    }

    void silent() {
        suspect = true;
    }

    boolean isOf(Object other) {
        return connection.equals(other);
    }

    /** Closes without waiting; commands that are under way fail. */
    void close() {
        closeSoon(connection);
    }

    static void closeSoon(StatefulRedisConnection<String, byte[]> connection) {
        CompletableFuture<Void> _ = connection.closeAsync();
    }
}
