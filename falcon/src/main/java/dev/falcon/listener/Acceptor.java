package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Takes connections off the port, on a thread of its own that keeps the process alive. A failing accept (no file
 * descriptor, no memory left) is waited out; only {@link #stop} ends it, and not before every connection is taken that
 * the kernel has already let in: closing the port would reset those.
 */
final class Acceptor {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final Duration WAIT_FOR_PLACE = Duration.ofMillis(100);

    private final EventLog log = new EventLog(Acceptor.class);
    private final ServerSocketChannel port;
    private final Selector selector;
    private final Connections connections;
    private final Ticker ticker;
    private final Thread thread;
    private volatile boolean stopping;
    private long number;

    /** Takes over the port; it is closed by {@link #stop}. */
    Acceptor(ServerSocketChannel port, Connections connections, Ticker ticker) throws IOException {
        this.port = port;
        this.connections = connections;
        this.ticker = ticker;
        this.selector = Selector.open();
        port.configureBlocking(false);
        port.register(selector, SelectionKey.OP_ACCEPT);
        this.thread = Thread.ofPlatform().name("listener").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Closes the port, and returns once no connection is taken any more. */
    void stop() throws InterruptedException {
        stopping = true;
        selector.wakeup();
        thread.join();
    }

    private void run() {
        try {
            while (!stopping) {
                selector.select();
                selector.selectedKeys().clear();
                acceptAll();
            }
            acceptAll();
        } catch (IOException e) {
            log.emit(Event.DEFECT, "The port cannot be watched any more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void acceptAll() throws InterruptedException {
        boolean more = true;
        while (more) {
            if (connections.takePlace(WAIT_FOR_PLACE) || stopping) {
                more = accept();
            }
        }
    }

    /** Accepts a connection in the place that was taken, if one waits; else gives the place back. */
    private boolean accept() throws InterruptedException {
        try {
            SocketChannel channel = port.accept();
            if (channel != null) {
                serve(channel);
                return true;
            }
            connections.leavePlace();
        } catch (IOException | RuntimeException | Error e) {
            connections.leavePlace();
            log.emit(Event.ACCEPT_FAILED, "A connection could not be accepted", e);
            ticker.sleep(PAUSE_AFTER_FAILURE);
        }
        return false;
    }

    private void serve(SocketChannel channel) throws IOException {
        try {
            connections.serve(channel, ++number);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private void close() {
        try {
            port.close();
            selector.close();
        } catch (IOException e) {
            log.emit(Event.DEFECT, "The port could not be closed", e);
        }
    }
}
