package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Takes connections off the port, on a thread of its own that keeps the process alive. A failing accept (no file
 * descriptor, no memory left) is waited out; only {@link #stop} ends it.
 */
final class Acceptor {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

    private final EventLog log = new EventLog(Acceptor.class);
    private final ServerSocketChannel port;
    private final Connections connections;
    private final Ticker ticker;
    private final Thread thread;

    Acceptor(ServerSocketChannel port, Connections connections, Ticker ticker) {
        this.port = port;
        this.connections = connections;
        this.ticker = ticker;
        this.thread = Thread.ofPlatform().name("listener").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Closes the port and waits until no connection is taken any more. */
    void stop() throws InterruptedException {
        try {
            port.close();
        } catch (IOException e) {
            log.emit(Event.DEFECT, "The port could not be closed", e);
        }
        thread.interrupt();
        thread.join();
    }

    private void run() {
        long number = 0;
        try {
            while (port.isOpen()) {
                connections.awaitPlace();
                if (!accept(++number)) {
                    connections.leavePlace();
                    ticker.sleep(PAUSE_AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            // stop() was called.
        }
    }

    private boolean accept(long number) {
        try {
            SocketChannel channel = port.accept();
            try {
                connections.serve(channel, number);
                return true;
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException | Error e) {
            if (port.isOpen()) {
                log.emit(Event.ACCEPT_FAILED, "A connection could not be accepted", e);
            }
            return false;
        }
    }
}
