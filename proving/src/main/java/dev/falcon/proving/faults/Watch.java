package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Dependency;
import dev.falcon.testing.MetricsPage;
import dev.falcon.testing.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Scrapes both workers about ten times a second and remembers what it saw. Safe for use by many threads. */
final class Watch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(75);

    private final AtomicReferenceArray<@Nullable WorkerProcess> workers;
    private final AtomicReferenceArray<@Nullable Sample> latest;
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    private Watch(int workerCount) {
        workers = new AtomicReferenceArray<>(workerCount);
        latest = new AtomicReferenceArray<>(workerCount);
    }

    /** Begins. */
    static Watch on(List<WorkerProcess> workers) {
        Watch watch = new Watch(workers.size());
        for (int i = 0; i < workers.size(); i++) {
            int index = i;
            watch.workers.set(index, workers.get(index));
            watch.threads.add(Thread.ofVirtual().name("watch-" + index).start(() -> watch.look(index)));
        }
        return watch;
    }

    /** Looks away from it. */
    void leave(int worker) {
        workers.set(worker, null);
        latest.set(worker, null);
    }

    /** Looks at this one in its place. */
    void comeBack(int worker, WorkerProcess process) {
        workers.set(worker, process);
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** Scrapes that brought nothing although the worker was there. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Whether all breakers of both workers were closed at the latest scrape. */
    boolean allClosed() {
        for (int i = 0; i < latest.length(); i++) {
            Sample sample = latest.get(i);
            if (sample == null || sample.redis() != Sample.CLOSED || sample.postgres() != Sample.CLOSED) {
                return false;
            }
        }
        return true;
    }

    /** Records that wait in both workers together, at the latest scrape; -1 where one was not seen. */
    long pending() {
        long pending = 0;
        for (int i = 0; i < latest.length(); i++) {
            Sample sample = latest.get(i);
            if (sample == null) {
                return -1;
            }
            pending += sample.pending();
        }
        return pending;
    }

    /** Whether the breaker has been seen open since then, on each worker that is watched. */
    boolean openedSince(long nanos, Dependency dependency) {
        for (int i = 0; i < workers.length(); i++) {
            int worker = i;
            if (workers.get(worker) != null && samples.stream()
                    .noneMatch(sample -> sample.worker() == worker && sample.nanos() - nanos >= 0
                            && sample.state(dependency) == Sample.OPEN)) {
                return false;
            }
        }
        return true;
    }

    private void look(int index) {
        Ticker ticker = Ticker.system();
        try {
            while (!stopping) {
                WorkerProcess worker = workers.get(index);
                if (worker != null) {
                    scrape(index, worker);
                }
                ticker.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    private void scrape(int index, WorkerProcess worker) {
        try {
            MetricsPage page = worker.metrics();
            Sample sample = new Sample(index, Ticker.system().nanos(),
                    (int) page.count("circuit_breaker_state", "dependency=\"redis\""),
                    (int) page.count("circuit_breaker_state", "dependency=\"postgres\""),
                    page.count("inference_log_pending"), page.count("dropped_logs_total"), page.unbalanced());
            samples.add(sample);
            if (workers.get(index) == worker) {
                latest.set(index, sample);
            }
        } catch (RuntimeException | AssertionError e) {
            if (!stopping && workers.get(index) == worker && worker.isAlive()) {
                failures.add(e.toString());
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(Thread::interrupt);
    }
}
