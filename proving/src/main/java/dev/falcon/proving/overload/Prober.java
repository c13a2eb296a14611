package dev.falcon.proving.overload;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import dev.falcon.proving.seen.ProcessView;
import dev.falcon.testing.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for {@code /healthz} at a steady pace and for {@code /metrics} now and then, in turn over a kept connection and
 * over a new one; before each it asks the reference in the same way. On a platform thread of its own; what is read is
 * handed out by {@link #take}, safe for use by another thread.
 */
final class Prober implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofMillis(25);
    private static final int METRICS_EVERY = 8;
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    private final Endpoint worker;
    private final Endpoint reference;
    private final ProcessView process;
    private final Ticker ticker = Ticker.system();
    private final Thread thread = Thread.ofPlatform().name("prober").unstarted(this::run);
    private List<Probe> probes = new ArrayList<>();
    private Peaks peaks = Peaks.NONE;
    private volatile boolean stopping;

    /** One probe: latencies in nanoseconds; an answer that did not come counts as the time it was waited for. */
    record Probe(String path, boolean answered, long nanos, long referenceNanos) {}

    /** The highest seen. */
    record Peaks(long residentBytes, long liveBytes, long connections) {
        static final Peaks NONE = new Peaks(0, 0, 0);

        Peaks or(Peaks other) {
            return new Peaks(Math.max(residentBytes, other.residentBytes), Math.max(liveBytes, other.liveBytes),
                    Math.max(connections, other.connections));
        }
    }

    /** What was seen in one phase. */
    record Sight(List<Probe> probes, Peaks peaks) {}

    Prober(Endpoint worker, Endpoint reference, ProcessView process) {
        this.worker = worker;
        this.reference = reference;
        this.process = process;
    }

    void start() {
        thread.start();
    }

    /** What was seen since the last call. */
    synchronized Sight take() {
        Sight sight = new Sight(probes, peaks);
        probes = new ArrayList<>();
        peaks = Peaks.NONE;
        return sight;
    }

    private void run() {
        try (Wire kept = new Wire(worker, READ_TIMEOUT); Wire other = new Wire(reference, READ_TIMEOUT)) {
            for (int number = 0; !stopping; number++) {
                long startNanos = ticker.nanos();
                String path = number % METRICS_EVERY == METRICS_EVERY - 1 ? "/metrics" : "/healthz";
                long referenceNanos = ask(other, reference, path, startNanos);
                long askedNanos = ticker.nanos();
                if (number % 2 == 0) {
                    probe(kept, path, askedNanos, referenceNanos);
                } else {
                    try (Wire fresh = new Wire(worker, READ_TIMEOUT)) {
                        probe(fresh, path, askedNanos, referenceNanos);
                    }
                }
                LockSupport.parkNanos(PERIOD.toNanos() - (ticker.nanos() - startNanos));
            }
        }
    }

    private long ask(Wire wire, Endpoint endpoint, String path, long startNanos) {
        try {
            wire.ask(endpoint.get(path));
        } catch (IOException e) {
            return ticker.nanos() - startNanos;
        }
        return ticker.nanos() - startNanos;
    }

    private void probe(Wire wire, String path, long startNanos, long referenceNanos) {
        boolean answered = false;
        Peaks seen = new Peaks(process.residentBytes(), 0, 0);
        long nanos;
        try {
            Wire.Reply reply = wire.ask(worker.get(path));
            nanos = ticker.nanos() - startNanos;
            answered = reply.status() == 200;
            if (path.equals("/metrics")) {
                MetricsPage page = new MetricsPage(reply.body());
                seen = new Peaks(seen.residentBytes(), page.count("heap_live_after_gc_bytes"),
                        page.count("http_connections"));
            }
        } catch (IOException e) {
            nanos = ticker.nanos() - startNanos;
        }
        keep(new Probe(path, answered, nanos, referenceNanos), seen);
    }

    private synchronized void keep(Probe probe, Peaks seen) {
        probes.add(probe);
        peaks = peaks.or(seen);
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
