package dev.falcon.testing;

import dev.falcon.inference.Ticker;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Scrapes a worker all the time and remembers what it saw of one breaker and of the books. Safe for many threads. */
public final class MetricsWatch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(40);

    private final WorkerProcess worker;
    private final String label;
    private final List<Integer> states = new CopyOnWriteArrayList<>();
    private final List<String> unbalanced = new CopyOnWriteArrayList<>();
    private final AtomicInteger scrapes = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopping;

    private MetricsWatch(WorkerProcess worker, String dependency) {
        this.worker = worker;
        this.label = "dependency=\"" + dependency + "\"";
        this.thread = Thread.ofVirtual().name("metrics-watch").start(this::watch);
    }

    /** Begins to watch the breaker of {@code redis} or {@code postgres}. */
    public static MetricsWatch on(WorkerProcess worker, String dependency) {
        return new MetricsWatch(worker, dependency);
    }

    /** The states seen, each once in a row: 0 closed, 1 open, 2 half-open. */
    public List<Integer> states() {
        List<Integer> changes = new ArrayList<>();
        for (int state : states) {
            if (changes.isEmpty() || changes.getLast() != state) {
                changes.add(state);
            }
        }
        return changes;
    }

    /** The state at the last scrape, -1 before the first. */
    public int state() {
        return states.isEmpty() ? -1 : states.getLast();
    }

    /** Scrapes at which the books did not balance. */
    public List<String> unbalanced() {
        return List.copyOf(unbalanced);
    }

    public int scrapes() {
        return scrapes.get();
    }

    private void watch() {
        try {
            while (!stopping) {
                look(worker.metrics());
                Ticker.system().sleep(PAUSE);
            }
        } catch (UncheckedIOException e) {
            // The worker has gone.
            return;
        } catch (InterruptedException e) {
            // close() was called.
            return;
        }
    }

    private void look(MetricsPage page) {
        int state = (int) page.count("circuit_breaker_state", label);
        if (states.isEmpty() || states.getLast() != state) {
            states.add(state);
        }
        String fault = page.unbalanced();
        if (!fault.isEmpty()) {
            unbalanced.add(fault);
        }
        scrapes.incrementAndGet();
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
