package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Takes connections off the port, on a virtual thread of its own. A failing accept (no file descriptor, no memory left) is
 * waited out, and a defect reported; only {@link #stop} ends it, and not before the connections are taken that the kernel
 * has already let in, beyond the limit if need be: closing the port would reset those. Invariant: the end takes a bounded
 * time.
 *
 * <p>The thread is virtual, and waits without a time limit, so that newcomers stand in one line with everybody: whom a
 * platform thread or a timer wakes waits in a queue that a carrier looks at only when its own is empty. Under full load
 * that takes seconds.
 */
final class Acceptor {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final Duration WAIT_FOR_PLACE = Duration.ofMillis(100);
    private static final Duration LAST_ACCEPTS = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration WAKE_TIMEOUT = Duration.ofSeconds(1);

    private final EventLog log = new EventLog(Acceptor.class);
    private final ServerSocketChannel port;
    private final Connections connections;
    private final Ticker ticker;
    private final Thread thread;
    private volatile boolean stopping;
    private long number;

    /** Takes over the port; it is closed by {@link #stop}. */
    Acceptor(ServerSocketChannel port, Connections connections, Ticker ticker) {
        this.port = port;
        this.connections = connections;
        this.ticker = ticker;
        this.thread = Thread.ofVirtual().name("listener").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Closes the port, and returns once no connection is taken any more; waits a bounded time. */
    void stop() throws InterruptedException {
        stopping = true;
        wake();
        if (!thread.join(PATIENCE)) {
            log.emit(Event.DEFECT, "The port did not close by itself and is closed now");
            close();
        }
    }

    /** Knocks at the port: an interrupt would close it, with those that wait before it. */
    private void wake() {
        try (Socket knock = new Socket()) {
            InetSocketAddress bound = (InetSocketAddress) port.getLocalAddress();
            InetAddress host = bound.getAddress().isAnyLocalAddress()
                    ? InetAddress.getLoopbackAddress()
                    : bound.getAddress();
            knock.connect(new InetSocketAddress(host, bound.getPort()), (int) WAKE_TIMEOUT.toMillis());
        } catch (IOException e) {
            // So many knock already that nobody sleeps, or stop() sees that the thread does not end.
            return;
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
        } catch (IOException e) {
            log.emit(Event.DEFECT, "The last connections could not be taken", e);
        } finally {
            close();
        }
    }

    /** Whatever happens in it, there is a next one: a worker that accepts no more would look alive to all but callers. */
    private void round() throws InterruptedException {
        try {
            accept();
        } catch (RuntimeException | Error e) {
            log.emit(Event.DEFECT, "The port could not be watched and is tried again", e);
            ticker.sleep(PAUSE_AFTER_FAILURE);
        }
    }

    private void accept() throws InterruptedException {
        try {
            SocketChannel channel = port.accept();
            awaitPlace();
            serve(channel);
        } catch (IOException | RuntimeException | Error e) {
            log.emit(Event.ACCEPT_FAILED, "A connection could not be accepted", e);
            ticker.sleep(PAUSE_AFTER_FAILURE);
        }
    }

    /** Waits where all are taken by connections that are at work; at the end no place is needed. */
    private void awaitPlace() throws InterruptedException {
        while (!connections.takePlace(Duration.ZERO)) {
            connections.makeRoom();
            if (connections.takePlace(WAIT_FOR_PLACE)) {
                return;
            }
            if (stopping) {
                connections.takePlaceBeyondLimit();
                return;
            }
        }
    }

    /** Takes what waits, with a place or without; no more than can have waited when the end began. */
    private void acceptLast() throws IOException {
        port.configureBlocking(false);
        long beginNanos = ticker.nanos();
        for (int count = 0; count < BoundPort.BACKLOG
                && ticker.nanos() - beginNanos < LAST_ACCEPTS.toNanos(); count++) {
            SocketChannel channel = port.accept();
            if (channel == null) {
                return;
            }
            connections.takePlaceBeyondLimit();
            serve(channel);
        }
    }

    /** Serves it in the place that was taken, or gives the place back. */
    private void serve(SocketChannel channel) throws IOException {
        try {
            connections.serve(channel, ++number);
        } catch (IOException | RuntimeException | Error e) {
            connections.leavePlace();
            channel.close();
            throw e;
        }
    }

    private void close() {
        try {
            port.close();
        } catch (IOException e) {
            log.emit(Event.DEFECT, "The port could not be closed", e);
        }
    }
}
