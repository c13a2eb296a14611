package dev.falcon.store;

import dev.falcon.config.Settings;
import dev.falcon.store.StoreUnavailable.Reason;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes connections to Redis, one at a time and for one caller, who may wait. The client's own reconnecting is off: who
 * reconnects, when, and with which password, is decided in one place. Owns the client's threads: at most two for input
 * and output, two for callbacks, one timer, all daemons.
 */
final class RedisConnector implements AutoCloseable {

    private static final Duration MIN_CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);
    private static final int THREADS = 2;

    /** Commands on their way at once; more are refused, so that a server that hangs does not fill the memory. */
    private static final int MAX_QUEUED = 10_000;

    private final Settings.Redis settings;
    private final String host;
    private final Duration connectTimeout;
    private final ClientResources resources;
    private final RedisClient client;

    /** @param lost told of every connection that ends, on a thread of the client's */
    RedisConnector(Settings.Redis settings, RedisConnectionStateListener lost) {
        String given = settings.host();
        if (given == null) {
            throw new IllegalArgumentException("no host of Redis is set");
        }
        this.settings = settings;
        this.host = given;
        this.connectTimeout = settings.operationTimeout().compareTo(MIN_CONNECT_TIMEOUT) > 0
                ? settings.operationTimeout()
                : MIN_CONNECT_TIMEOUT;
        // The JDK's resolver: it forgets an address after 30 s, so a Redis that moved is found.
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_QUEUED)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .build());
        client.addListener(lost);
    }

    /** A connection that is authenticated, on its database, to a server that is new enough. */
    RedisLink connect() throws StoreUnavailable {
        CompletableFuture<StatefulRedisConnection<String, byte[]>> connecting = client
                .connectAsync(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE), uri())
                .toCompletableFuture();
        try {
            StatefulRedisConnection<String, byte[]> connection = connecting.get(connectTimeout.toNanos(),
                    TimeUnit.NANOSECONDS);
            return checked(connection);
        } catch (TimeoutException e) {
            closeWhenItComes(connecting);
            throw new StoreUnavailable(Reason.NOT_CONNECTED,
                    "timeout: no connection to " + host + ":" + settings.port() + " within "
                            + connectTimeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new StoreUnavailable(Reason.NOT_CONNECTED,
                    "cannot connect to " + host + ":" + settings.port() + ": " + RedisFailures.summary(e));
        } catch (InterruptedException e) {
            closeWhenItComes(connecting);
            throw interrupted();
        }
    }

    private RedisLink checked(StatefulRedisConnection<String, byte[]> connection) throws StoreUnavailable {
        try {
            RedisVersion.check(connection.async().info("server").get(connectTimeout.toNanos(), TimeUnit.NANOSECONDS));
            return new RedisLink(connection);
        } catch (StoreUnavailable e) {
            RedisLink.closeSoon(connection);
            throw e;
        } catch (TimeoutException | ExecutionException e) {
            RedisLink.closeSoon(connection);
            throw new StoreUnavailable(Reason.NOT_CONNECTED, "no answer to INFO: " + RedisFailures.summary(e));
        } catch (InterruptedException e) {
            RedisLink.closeSoon(connection);
            throw interrupted();
        }
    }

    /** A connection that comes after nobody waits for it any more. */
    private static void closeWhenItComes(CompletableFuture<StatefulRedisConnection<String, byte[]>> connecting) {
        CompletableFuture<Void> _ = connecting.thenAccept(RedisLink::closeSoon);
    }

    /** With the password as it is now. */
    private RedisURI uri() throws StoreUnavailable {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(host)
                .withPort(settings.port())
                .withDatabase(settings.db())
                .withTimeout(connectTimeout);
        try {
            String password = settings.password().current();
            if (password != null && !password.isEmpty()) {
                uri.withPassword(password.toCharArray());
            }
        } catch (IOException e) {
            throw new StoreUnavailable(Reason.NOT_CONNECTED, String.valueOf(e.getMessage()));
        }
        return uri.build();
    }

    private static StoreUnavailable interrupted() {
        Thread.currentThread().interrupt();
        return new StoreUnavailable(Reason.INTERRUPTED, "interrupted");
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
        resources.shutdown(0, SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN_TIMEOUT.toMillis());
    }
}
