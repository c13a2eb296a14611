package dev.falcon.listener;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A listener on a free port of the loopback address, in front of whatever a test puts there. */
public final class OpenPort implements AutoCloseable {

    /** What a test may want to be different. */
    public record Bounds(Duration read, Duration idle, int maxConnections, int maxBodyBytes) {
        public static final Bounds USUAL = new Bounds(Duration.ofSeconds(10), Duration.ofSeconds(75), 4096, 262_144);

        public Bounds readWithin(Duration time) {
            return new Bounds(time, idle, maxConnections, maxBodyBytes);
        }

        public Bounds idleWithin(Duration time) {
            return new Bounds(read, time, maxConnections, maxBodyBytes);
        }

        public Bounds connections(int count) {
            return new Bounds(read, idle, count, maxBodyBytes);
        }
    }

    static final Reply.ContentType TEXT = Reply.ContentType.of("text/plain");

    private final Metrics metrics = new Metrics("worker-test", Ticker.system());
    private final Listener listener;

    public OpenPort(Bounds bounds, Front front) {
        try {
            listener = Listener.open(Listener.bind(settings("127.0.0.1", 0, bounds)), front, metrics.listener(),
                    Ticker.system());
        } catch (CannotListen e) {
            throw new AssertionError(e);
        }
    }

    /** A port whose requests end here and whose refusals are rendered as their error's name. */
    OpenPort(Bounds bounds, Consumer<Exchange> handler) {
        this(bounds, new Front(handler, rejection -> text(400, rejection.failure().code().wireName())));
    }

    static Reply text(int status, String body) {
        return new Reply(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
    }

    public static Settings.Http settings(String host, int port, Bounds bounds) {
        return new Settings.Http(host, port, bounds.maxBodyBytes(), bounds.maxConnections(), bounds.read(),
                bounds.idle(), Duration.ZERO, Duration.ofSeconds(5), List.of());
    }

    public int port() {
        return listener.port();
    }

    public Listener listener() {
        return listener;
    }

    public Metrics metrics() {
        return metrics;
    }

    public RawClient client() {
        return new RawClient(port());
    }

    @Override
    public void close() {
        try {
            listener.close(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
