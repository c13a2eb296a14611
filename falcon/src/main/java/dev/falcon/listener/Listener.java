package dev.falcon.listener;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.ListenerMeters;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/**
 * The open port. {@link #bind} takes it, {@link #open} serves it, {@link #drain} makes every answer its connection's last while still accepting,
 * {@link #close} stops accepting and waits for what is in flight. Safe for use by several threads.
 */
public final class Listener {

    private static final Duration POLL = Duration.ofMillis(5);

    private final int port;
    private final Ticker ticker;
    private final Http1 http1;
    private final Connections connections;
    private final Acceptor acceptor;
    private final Watchdog watchdog;

    private Listener(ServerSocketChannel channel, Settings.Http settings, Http1 http1, Connections connections) {
        this.port = channel.socket().getLocalPort();
        this.ticker = http1.ticker();
        this.http1 = http1;
        this.connections = connections;
        this.acceptor = new Acceptor(channel, connections, ticker);
        this.watchdog = new Watchdog(ClientBounds.of(settings.clientReadTimeout(), settings.clientIdleTimeout()),
                connections, ticker);
    }

    /** Takes the port of the settings and serves nobody yet; port 0 takes any free one. */
    public static BoundPort bind(Settings.Http settings) throws CannotListen {
        return BoundPort.of(settings);
    }

    /** Serves who connects to the port, which belongs to the listener from now on. */
    public static Listener open(BoundPort bound, Front front, ListenerMeters meters, Ticker ticker) {
        Http1 http1 = new Http1(bound.settings(), front, ticker);
        Connections connections = new Connections(http1, bound.settings().maxConnections(), meters, ticker);
        Listener listener = new Listener(bound.channel(), bound.settings(), http1, connections);
        listener.watchdog.start();
        listener.acceptor.start();
        return listener;
    }

    /** The port that is listened on. */
    public int port() {
        return port;
    }

    /** Connections that are open now. */
    public int openConnections() {
        return connections.count();
    }

    /** From now on every answer says {@code Connection: close}; new connections and requests are still served. */
    public void drain() {
        http1.drain();
    }

    /**
     * Stops accepting, closes connections without a request, and waits for the others; what is left after that time is
     * cut off.
     *
     * @return how many whole requests were without their answer then
     */
    public int close(Duration patience) throws InterruptedException {
        http1.drain();
        connections.closing();
        acceptor.stop();
        long endNanos = ticker.nanos() + patience.toNanos();
        while (connections.count() > 0 && endNanos - ticker.nanos() > 0) {
            ticker.sleep(POLL);
        }
        int left = connections.inFlight();
        watchdog.stop();
        connections.abort();
        http1.close();
        return left;
    }
}
