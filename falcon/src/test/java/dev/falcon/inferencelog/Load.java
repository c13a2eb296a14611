package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.LogBooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Offers records as a busy worker does, about 1,000 a second, and looks at the books all the while. */
final class Load implements AutoCloseable {

    private static final int AT_ONCE = 5;

    private final InferenceLog log;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger offered = new AtomicInteger();
    private final AtomicInteger samples = new AtomicInteger();
    private final Queue<Long> offerNanos = new ConcurrentLinkedQueue<>();
    private final List<LogBooks> unbalanced = new ArrayList<>();

    private Load(InferenceLog log) {
        this.log = log;
    }

    static Load on(InferenceLog log) {
        Load load = new Load(log);
        load.running.add(load.threads.scheduleWithFixedDelay(load::offer, 0, 5, TimeUnit.MILLISECONDS));
        load.running.add(load.threads.scheduleAtFixedRate(load::sample, 0, 2, TimeUnit.MILLISECONDS));
        return load;
    }

    private void offer() {
        for (int i = 0; i < AT_ONCE; i++) {
            List<LogRecord> one = List.of(Records.answered(log.stamp(), offered.getAndIncrement()));
            long start = Ticker.system().nanos();
            log.offer(one);
            offerNanos.add(Ticker.system().nanos() - start);
        }
    }

    private void sample() {
        LogBooks now = log.books();
        samples.incrementAndGet();
        if (now.enqueued() != now.written() + now.droppedInAll() + now.pending()) {
            synchronized (unbalanced) {
                unbalanced.add(now);
            }
        }
    }

    int offered() {
        return offered.get();
    }

    int samples() {
        return samples.get();
    }

    /** What 99 of 100 offers stayed below: a pause of the machine is no fault of the log, waiting for a database is. */
    long slowOfferMillis() {
        List<Long> sorted = offerNanos.stream().sorted().toList();
        return TimeUnit.NANOSECONDS.toMillis(sorted.get(sorted.size() * 99 / 100));
    }

    List<LogBooks> unbalanced() {
        synchronized (unbalanced) {
            return List.copyOf(unbalanced);
        }
    }

    /** Ends the load; returns how many records were offered in all. */
    int stop() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the load does not end");
        }
        for (Future<?> each : running) {
            if (each.state() == Future.State.FAILED) {
                throw new IllegalStateException("offering or reading the books threw", each.exceptionNow());
            }
        }
        return offered.get();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
