package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import dev.falcon.json.MalformedJson;
import dev.falcon.testing.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Looks at the alerts twice a second and at the workers' pages once, on a thread of its own. Safe for use by many threads. */
final class Watch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** The alerts at one moment. */
    record Look(long nanos, List<FiringAlert> firing) {
        boolean shows(Cause.Alert alert) {
            return firing.stream().anyMatch(each -> each.is(alert));
        }
    }

    private final Web web;
    private final Ticker ticker = Ticker.system();
    private final Queue<Look> looks = new ConcurrentLinkedQueue<>();
    private final Books books = new Books();
    private final Map<Integer, Long> pending = new HashMap<>();
    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread = Thread.ofVirtual().name("watch").unstarted(this::look);
    private volatile boolean stopping;

    private Watch(Web web) {
        this.web = web;
    }

    static Watch start(Web web) {
        Watch watch = new Watch(web);
        watch.thread.start();
        return watch;
    }

    private void look() {
        try {
            for (long number = 0; !stopping; number++) {
                lookAtAlerts();
                if (number % 2 == 0) {
                    lookAtWorkers();
                }
                ticker.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    private void lookAtAlerts() throws InterruptedException {
        try {
            looks.add(new Look(ticker.nanos(), FiringAlert.in(web.get(Stack.PROMETHEUS, "/api/v1/alerts"))));
        } catch (IOException | MalformedJson e) {
            // A look that brought nothing is none; whoever waits for an alert waits on.
            return;
        }
    }

    private void lookAtWorkers() throws InterruptedException {
        Map<Integer, MetricsPage> pages = pages();
        synchronized (books) {
            pages.forEach((port, page) -> {
                books.look(port, page);
                pending.put(port, page.count("inference_log_pending"));
            });
        }
    }

    /** Of the workers that answer. */
    private Map<Integer, MetricsPage> pages() throws InterruptedException {
        Map<Integer, Future<Optional<String>>> asked = new HashMap<>();
        Stack.WORKERS.forEach(port -> asked.put(port, readers.submit(() -> page(port))));
        Map<Integer, MetricsPage> pages = new HashMap<>();
        for (Map.Entry<Integer, Future<Optional<String>>> each : asked.entrySet()) {
            try {
                each.getValue().get().ifPresent(text -> pages.put(each.getKey(), new MetricsPage(text)));
            } catch (ExecutionException e) {
                throw new IllegalStateException("a worker's page", e);
            }
        }
        return pages;
    }

    /** Nothing of one that is down or hangs, which is what drills are about. */
    private Optional<String> page(int port) throws InterruptedException {
        try {
            return Optional.of(web.get(port, "/metrics")).filter(each -> each.contains("inference_inflight"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Requests being worked on, in all workers that answer, now. */
    int inFlight() throws InterruptedException {
        return pages().values().stream().mapToInt(page -> (int) page.count("inference_inflight")).sum();
    }

    /** Every look since then. */
    List<Look> since(long nanos) {
        return looks.stream().filter(each -> each.nanos() - nanos >= 0).toList();
    }

    /** Names of all alerts that fired at any time. */
    Set<String> everFiring() {
        Set<String> names = new TreeSet<>();
        looks.forEach(look -> look.firing().forEach(alert -> names.add(alert.name())));
        return names;
    }

    Books.Counts counts() {
        synchronized (books) {
            return books.total();
        }
    }

    /** Records that wait in workers, as they said last. */
    long pending() {
        synchronized (books) {
            return pending.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        readers.shutdownNow();
    }
}
