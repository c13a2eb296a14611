package dev.falcon.batching;

import dev.falcon.batching.BatchQueue.Due;
import dev.falcon.batching.BatchQueue.Entry;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model on batches of what requests submit. A batch is cut at the moment a processor is free and not
 * before, so that whatever came while all were taken shares it. Safe for use by many threads.
 */
public final class DynamicBatcher<T, R> {

    /**
     * How it works.
     *
     * @param capacity items that may wait
     */
    public record Plan(BatchBounds bounds, int capacity) {}

    private final EventLog log = new EventLog(DynamicBatcher.class);
    private final Function<List<T>, List<R>> model;
    private final Processors processors;
    private final IntConsumer batchSize;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final BatchQueue<T, R> queue;
    /** Turns on a processor that were asked for and have not begun. */
    private int asked;
    private int running;
    private boolean delayed;
    private boolean closed;

    /** @param model results in the order and number of the items; may throw */
    public DynamicBatcher(Plan plan, Function<List<T>, List<R>> model, Seen seen) {
        this.model = model;
        this.processors = seen.processors();
        this.batchSize = seen.batchSize();
        this.ticker = seen.ticker();
        this.queue = new BatchQueue<>(plan.bounds(), plan.capacity());
    }

    /**
     * What is around it.
     *
     * @param batchSize is told the size of each batch
     */
    public record Seen(Processors processors, IntConsumer batchSize, Ticker ticker) {}

    /** Runs the work to its end, all of its items, and waits for that; null where there is no room for it. */
    public Work.@Nullable Ending run(Work<T, R> work) throws InterruptedException {
        Work.Ending ending = null;
        try {
            processors.watch().add(work);
            if (!submit(work)) {
                return null;
            }
            ending = work.await();
            return ending;
        } finally {
            processors.watch().remove(work);
            if (ending == null) {
                work.abandon();
            }
        }
    }

    /** Takes the work, all of its items; false where there is no room for it. Does not wait, and nobody watches its deadline. */
    boolean submit(Work<T, R> work) {
        lock.lock();
        try {
            if (closed || !queue.offer(work, ticker.nanos())) {
                return false;
            }
            askForTurns();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As many as what waits is worth, and no more than there are processors. The lock is held. */
    private void askForTurns() {
        while (!closed && asked < queue.size() && asked + running < processors.count()) {
            switch (queue.due(ticker.nanos())) {
                case Due.Now now -> {
                    asked++;
                    processors.execute(this::turn);
                }
                case Due.Later later -> {
                    askLater(later.nanos() - ticker.nanos());
                    return;
                }
                case Due.Never never -> {
                    return;
                }
            }
        }
    }

    private void askLater(long nanos) {
        if (!delayed) {
            delayed = true;
            processors.executeIn(nanos, () -> {
                lock.lock();
                try {
                    delayed = false;
                    askForTurns();
                } finally {
                    lock.unlock();
                }
            });
        }
    }

    /** Runs one batch. */
    private void turn() {
        Optional<List<Entry<T, R>>> batch = Optional.empty();
        try {
            batch = cut();
            batch.ifPresent(this::run);
        } catch (RuntimeException | Error e) {
            batch.ifPresent(entries -> entries.forEach(entry -> entry.work().failed(e)));
            log.emit(Event.DEFECT, "a batcher met a defect and goes on", e);
        } finally {
            turnIsOver();
        }
    }

    /** A share of what waits for each turn that was asked for. */
    private Optional<List<Entry<T, R>>> cut() {
        lock.lock();
        try {
            int turns = asked;
            asked--;
            running++;
            return queue.cut(turns);
        } finally {
            lock.unlock();
        }
    }

    /** If more waits, it goes on when it is its turn again, after other models that wait. */
    private void turnIsOver() {
        lock.lock();
        try {
            running--;
            askForTurns();
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

    /** Takes nothing more and fails what still waits. */
    public void stop() {
        lock.lock();
        try {
            closed = true;
            queue.drain().forEach(entry -> entry.work().failed(new IllegalStateException("the worker stopped")));
        } finally {
            lock.unlock();
        }
    }
}
