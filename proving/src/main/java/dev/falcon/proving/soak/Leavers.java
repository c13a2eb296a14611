package dev.falcon.proving.soak;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that go away: before a word, within a request, or without waiting for the answer. On a thread of its own. */
final class Leavers implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Endpoint endpoint;
    private final Ticker ticker = Ticker.system();
    private final AtomicLong left = new AtomicLong();
    private final Thread thread = Thread.ofVirtual().name("leavers").unstarted(this::run);
    private volatile boolean stopping;

    Leavers(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    void start() {
        thread.start();
    }

    /** How many have gone away so far. */
    long left() {
        return left.get();
    }

    private void run() {
        try {
            for (long number = 0; !stopping; number++) {
                leave(number);
                ticker.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // close() was called.
            return;
        }
    }

    private void leave(long number) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
            byte[] whole = endpoint.infer("text of a client that went away, " + number, "");
            int share = (int) (number % 4);
            socket.getOutputStream().write(Arrays.copyOf(whole, whole.length * share / 3));
            socket.setSoLinger(number % 2 == 0, 0);
            left.incrementAndGet();
        } catch (IOException e) {
            // It wanted to go anyway.
            return;
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
