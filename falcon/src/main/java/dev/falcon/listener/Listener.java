package dev.falcon.listener;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.ListenerMeters;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/**
 * The open port. {@link #open} listens, {@link #drain} makes every answer its connection's last while still accepting,
 * {@link #close} stops accepting and waits for what is in flight. Safe for use by several threads.
 */
public final class Listener {

    private static final int BACKLOG = 1024;
    private static final Duration POLL = Duration.ofMillis(5);

    private final int port;
    private final Ticker ticker;
    private final Http1 http1;
    private final Connections connections;
    private final Acceptor acceptor;
    private final Watchdog watchdog;

    private Listener(ServerSocketChannel channel, Settings.Http settings, Http1 http1, Connections connections)
            throws IOException {
        this.port = channel.socket().getLocalPort();
        this.ticker = http1.ticker();
        this.http1 = http1;
        this.connections = connections;
        this.acceptor = new Acceptor(channel, connections, ticker);
        this.watchdog = new Watchdog(ClientBounds.of(settings.clientReadTimeout(), settings.clientIdleTimeout()),
                connections, ticker);
    }

    /** Listens on the address of the settings; port 0 takes any free one. */
    public static Listener open(Settings.Http settings, Front front, ListenerMeters meters, Ticker ticker)
            throws CannotListen {
        ServerSocketChannel channel = bind(settings.host(), settings.port());
        Http1 http1 = new Http1(settings, front, ticker);
        Connections connections = new Connections(http1, settings.maxConnections(), meters, ticker);
        try {
            Listener listener = new Listener(channel, settings, http1, connections);
            listener.watchdog.start();
            listener.acceptor.start();
            return listener;
        } catch (IOException e) {
            throw new CannotListen("The port cannot be watched: " + e.getMessage(), e);
        }
    }

    private static ServerSocketChannel bind(String host, int port) throws CannotListen {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new CannotListen("HOST=" + host + " is no address of this machine and no name that resolves.", null);
        }
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(address, BACKLOG);
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (BindException e) {
            throw new CannotListen("Cannot listen on " + host + ":" + port + " (PORT, HOST): " + e.getMessage()
                    + ". To find who holds it: ss -ltnp 'sport = :" + port + "'", e);
        } catch (IOException e) {
            throw new CannotListen("Cannot listen on " + host + ":" + port + " (PORT, HOST): " + e.getMessage(), e);
        }
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
     * @return how many requests were in flight then
     */
    public int close(Duration patience) throws InterruptedException {
        http1.drain();
        acceptor.stop();
        connections.closing();
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
