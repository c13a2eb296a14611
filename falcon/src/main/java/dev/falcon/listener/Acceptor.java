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
 * descriptor, no memory left) is waited out, and a defect reported; only {@link #stop} ends it, and not before the
 * connections are taken that the kernel has already let in, beyond the limit if need be: closing the port would reset
 * those. Invariant: the end takes a bounded time.
 */
final class Acceptor {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final Duration WAIT_FOR_PLACE = Duration.ofMillis(100);
    private static final Duration LAST_ACCEPTS = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

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

    /** Closes the port, and returns once no connection is taken any more; waits a bounded time. */
    void stop() throws InterruptedException {
        stopping = true;
        selector.wakeup();
        if (!thread.join(PATIENCE)) {
            log.emit(Event.DEFECT, "The port did not close by itself and is closed now");
            close();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                round();
            }
            acceptLast();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Whatever happens in it, there is a next one: a worker that accepts no more would look alive to all but callers. */
    private void round() throws InterruptedException {
        try {
            selector.select();
            selector.selectedKeys().clear();
            acceptAll();
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            log.emit(Event.DEFECT, "The port could not be watched and is tried again", e);
            ticker.sleep(PAUSE_AFTER_FAILURE);
        }
    }

    private void acceptAll() throws InterruptedException, IOException {
        boolean more = true;
        while (more && !stopping) {
            if (connections.takePlace(Duration.ZERO)) {
                more = accept();
            } else if (someoneWaits()) {
                connections.makeRoom();
                more = !connections.takePlace(WAIT_FOR_PLACE) || accept();
            } else {
                more = false;
            }
        }
    }

    /** Whether a connection is there to be accepted, so that nobody loses a place that nobody wants. */
    private boolean someoneWaits() throws IOException {
        selector.selectNow();
        boolean waits = !selector.selectedKeys().isEmpty();
        selector.selectedKeys().clear();
        return waits;
    }

    /** Takes what waits, with a place or without; no more than can have waited when the end began. */
    private void acceptLast() throws InterruptedException {
        long beginNanos = ticker.nanos();
        boolean more = true;
        for (int count = 0; more && count < BoundPort.BACKLOG; count++) {
            connections.takePlaceBeyondLimit();
            more = accept() && ticker.nanos() - beginNanos < LAST_ACCEPTS.toNanos();
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
