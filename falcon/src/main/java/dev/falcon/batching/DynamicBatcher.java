package dev.falcon.batching;

import dev.falcon.batching.BatchQueue.Due;
import dev.falcon.batching.BatchQueue.Entry;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model on batches of what requests submit. A batch is cut at the moment a processor is free and not
 * before, so that whatever came while all were taken shares it. Safe for use by many threads; its own threads end when it
 * is closed.
 */
public final class DynamicBatcher<T, R> implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    /**
     * How it works.
     *
     * @param name of its threads
     * @param capacity items that may wait
     * @param threads batches that may run at once
     */
    public record Plan(String name, BatchBounds bounds, int capacity, int threads) {}

    private final EventLog log = new EventLog(DynamicBatcher.class);
    private final Plan plan;
    private final Function<List<T>, List<R>> model;
    private final Processors processors;
    private final IntConsumer batchSize;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final BatchQueue<T, R> queue;
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    /**
     * Its threads start with the first work: of many models on one encoder, few are asked.
     *
     * @param model results in the order and number of the items; may throw
     */
    public DynamicBatcher(Plan plan, Function<List<T>, List<R>> model, Seen seen) {
        this.model = model;
        this.processors = seen.processors();
        this.batchSize = seen.batchSize();
        this.ticker = seen.ticker();
        this.queue = new BatchQueue<>(plan.bounds(), plan.capacity());
        this.plan = plan;
    }

    private void startThreads() {
        for (int i = 1; i <= plan.threads(); i++) {
            threads.add(Thread.ofPlatform().daemon().name(plan.name() + "-" + i).start(this::runUntilClosed));
        }
    }

    /**
     * What is around it.
     *
     * @param batchSize is told the size of each batch
     */
    public record Seen(Processors processors, IntConsumer batchSize, Ticker ticker) {}

    /** Takes the work, all of its items; false where there is no room for it. Does not wait. */
    public boolean submit(Work<T, R> work) {
        lock.lock();
        try {
            if (closed || !queue.offer(work, ticker.nanos())) {
                return false;
            }
            if (threads.isEmpty()) {
                startThreads();
            }
            arrived.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void runUntilClosed() {
        boolean goesOn = true;
        while (goesOn) {
            try {
                goesOn = runNext();
            } catch (InterruptedException e) {
                goesOn = false;
            } catch (RuntimeException | Error e) {
                log.emit(Event.DEFECT, "a batcher's thread met a defect and goes on", e);
            }
        }
    }

    /** Waits for a batch and a processor, and runs it; false once closed. */
    private boolean runNext() throws InterruptedException {
        if (!awaitDue()) {
            return false;
        }
        processors.take();
        try {
            cut().ifPresent(this::run);
            return true;
        } finally {
            processors.leave();
        }
    }

    /** Waits until a batch may be cut; false once closed. */
    private boolean awaitDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                switch (queue.due(ticker.nanos())) {
                    case Due.Now now -> {
                        return true;
                    }
                    case Due.Later later -> arrived.awaitNanos(later.nanos() - ticker.nanos());
                    case Due.Never never -> arrived.await();
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private Optional<List<Entry<T, R>>> cut() {
        lock.lock();
        try {
            Optional<List<Entry<T, R>>> batch = queue.cut();
            if (queue.size() > 0) {
                arrived.signal();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void run(List<Entry<T, R>> batch) {
        batchSize.accept(batch.size());
        Throwable failure = attempt(batch);
        if (failure == null) {
            return;
        }
        Map<Work<T, R>, List<Entry<T, R>>> byWork = new LinkedHashMap<>();
        batch.forEach(entry -> byWork.computeIfAbsent(entry.work(), work -> new ArrayList<>()).add(entry));
        byWork.forEach((work, entries) -> {
            // Whose text it was cannot be told from a batch: each request answers for itself, and once.
            Throwable own = byWork.size() == 1 ? failure : attempt(entries);
            if (own != null) {
                work.failed(own);
            }
        });
    }

    /** Runs the model once and hands out what came of it; or gives what it threw. */
    private @Nullable Throwable attempt(List<Entry<T, R>> batch) {
        long startNanos = ticker.nanos();
        batch.forEach(entry -> entry.work().started(startNanos));
        try {
            List<R> results = model.apply(batch.stream().map(Entry::item).toList());
            if (results.size() != batch.size()) {
                throw new IllegalStateException(results.size() + " results for " + batch.size() + " items");
            }
            for (int i = 0; i < results.size(); i++) {
                batch.get(i).work().completed(batch.get(i).index(), results.get(i));
            }
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    /** Takes nothing more, fails what still waits and tells its threads to end, for which it does not wait. */
    public void stop() {
        lock.lock();
        try {
            closed = true;
            queue.drain().forEach(entry -> entry.work().failed(new IllegalStateException("the worker stopped")));
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        threads.forEach(Thread::interrupt);
    }

    /** Waits for its threads to end, whose model may take its time; for no longer than that. */
    public void awaitEnd(Deadline deadline) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(Duration.ofNanos(Math.max(0, deadline.remainingNanos())));
        }
    }

    /** Ends its threads, and waits a moment for them; what still waits fails. */
    @Override
    public void close() {
        stop();
        try {
            awaitEnd(Deadline.after(STOP_TIMEOUT, ticker));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
