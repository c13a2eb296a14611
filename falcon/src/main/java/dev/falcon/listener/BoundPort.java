package dev.falcon.listener;

import dev.falcon.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/**
 * A port that is ours while nobody is served on it yet; who connects meanwhile waits. Handed to {@link Listener#open},
 * which closes it in the end; closing it twice does nothing.
 */
public final class BoundPort implements AutoCloseable {

    /** Connections that the kernel lets in before they are accepted. */
    static final int BACKLOG = 1024;

    private final ServerSocketChannel channel;
    private final Settings.Http settings;

    private BoundPort(ServerSocketChannel channel, Settings.Http settings) {
        this.channel = channel;
        this.settings = settings;
    }

    static BoundPort of(Settings.Http settings) throws CannotListen {
        InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
        if (address.isUnresolved()) {
            throw new CannotListen("HOST=" + settings.host()
                    + " is no address of this machine and no name that resolves.", false, null);
        }
        try {
            return new BoundPort(bound(address), settings);
        } catch (IOException e) {
            throw cannotListen(settings, e);
        }
    }

    private static ServerSocketChannel bound(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            return channel.bind(address, BACKLOG);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Java tells the reasons apart by the system's words alone. */
    private static CannotListen cannotListen(Settings.Http settings, IOException cause) {
        String words = String.valueOf(cause.getMessage());
        boolean taken = cause instanceof BindException && words.contains("in use");
        String message = "Cannot listen on " + settings.host() + ":" + settings.port() + " (PORT, HOST): " + words;
        return new CannotListen(taken
                ? message + ". To find who holds it: ss -ltnp 'sport = :" + settings.port() + "'"
                : message, taken, cause);
    }

    /** The port's number, also where the settings left the choice open. */
    public int port() {
        return channel.socket().getLocalPort();
    }

    ServerSocketChannel channel() {
        return channel;
    }

    Settings.Http settings() {
        return settings;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
