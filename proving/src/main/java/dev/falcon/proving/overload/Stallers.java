package dev.falcon.proving.overload;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that begin a request, or an answer, and do not go on with it; when the worker cuts one off it begins again, each
 * on a virtual thread of its own. Safe for use by many threads.
 */
final class Stallers implements AutoCloseable {

    /** What they do. */
    enum Manner {
        HALF_HEADERS,
        HALF_BODY,
        /** A byte of a request's headers now and then, which never become whole. */
        DRIP,
        /** Ask on and on, and never read an answer. */
        SLOW_READER
    }

    private static final Duration BETWEEN_DRIPS = Duration.ofMillis(200);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(100);
    /** Their answers are more than what the systems at both ends keep for a client that does not read. */
    private static final int QUESTIONS = 40;
    private static final int SMALL_WINDOW = 4096;

    private final Endpoint endpoint;
    private final Ticker ticker = Ticker.system();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Manner, AtomicLong> cuts = new EnumMap<>(Manner.class);
    private volatile boolean stopping;

    Stallers(Endpoint endpoint, int count) {
        this.endpoint = endpoint;
        for (Manner manner : Manner.values()) {
            cuts.put(manner, new AtomicLong());
        }
        for (int i = 0; i < count; i++) {
            Manner manner = Manner.values()[i % Manner.values().length];
            threads.add(Thread.ofVirtual().name("staller-" + i).start(() -> stallOnAndOn(manner)));
        }
    }

    /** How often the worker has cut off those of each manner. */
    Map<Manner, Long> cuts() {
        Map<Manner, Long> counts = new EnumMap<>(Manner.class);
        cuts.forEach((manner, count) -> counts.put(manner, count.get()));
        return counts;
    }

    private void stallOnAndOn(Manner manner) {
        try {
            while (!stopping) {
                try (Socket socket = new Socket()) {
                    socket.setReceiveBufferSize(SMALL_WINDOW);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
                    stall(manner, socket);
                } catch (IOException e) {
                    if (!stopping) {
                        cut(manner);
                        ticker.sleep(AFTER_FAILURE);
                    }
                }
            }
        } catch (InterruptedException e) {
            // close() was called.
            return;
        }
    }

    private void cut(Manner manner) {
        AtomicLong count = cuts.get(manner);
        if (count != null) {
            count.incrementAndGet();
        }
    }

    /** Until the worker ends it, which is told by an exception. */
    private void stall(Manner manner, Socket socket) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        byte[] whole = endpoint.infer("a text that never comes to its end", "");
        switch (manner) {
            case HALF_HEADERS -> {
                out.write(Arrays.copyOf(whole, 40));
                awaitEnd(socket.getInputStream());
            }
            case HALF_BODY -> {
                out.write(Arrays.copyOf(whole, whole.length - 10));
                awaitEnd(socket.getInputStream());
            }
            case DRIP -> {
                out.write("POST /infer HTTP/1.1\r\nX-Drip: ".getBytes(StandardCharsets.ISO_8859_1));
                while (!stopping) {
                    out.write('d');
                    ticker.sleep(BETWEEN_DRIPS);
                }
            }
            case SLOW_READER -> {
                byte[] question = endpoint.get("/metrics");
                for (int asked = 0; !stopping; asked++) {
                    out.write(question);
                    if (asked >= QUESTIONS) {
                        ticker.sleep(BETWEEN_DRIPS);
                    }
                }
            }
        }
    }

    private static void awaitEnd(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
        throw new IOException("ended by the worker");
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
