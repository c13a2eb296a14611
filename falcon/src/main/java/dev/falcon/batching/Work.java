package dev.falcon.batching;

import dev.falcon.inference.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The items of one request on their way through a batcher: all of them are answered or none. Waited for by the request's
 * own thread, filled in by the batcher's. Once it is finished or given up it stays so.
 */
public final class Work<T, R> {

    private final List<T> items;
    private final int[] costs;
    private final Deadline deadline;
    private final @Nullable Object[] results;
    private final CountDownLatch over = new CountDownLatch(1);
    private int missing;
    private boolean started;
    private long startedNanos;
    private @Nullable Throwable failure;
    private boolean abandoned;

    /**
     * @param items at least one
     * @param cost tokens of an item
     * @param deadline after which no item of it is run any more
     */
    public Work(List<T> items, ToIntFunction<T> cost, Deadline deadline) {
        this.items = List.copyOf(items);
        this.costs = this.items.stream().mapToInt(cost).toArray();
        this.deadline = deadline;
        this.results = new @Nullable Object[costs.length];
        this.missing = costs.length;
    }

    int size() {
        return costs.length;
    }

    T item(int index) {
        return items.get(index);
    }

    int cost(int index) {
        return costs[index];
    }

    /** Whether nobody has any use for a further result. */
    synchronized boolean isDead() {
        return abandoned || failure != null || deadline.passed();
    }

    synchronized void started(long nowNanos) {
        if (!started) {
            started = true;
            startedNanos = nowNanos;
        }
    }

    // Who waits is woken once the monitor is free: woken before, on a full machine it takes the processor from who holds it,
    // and spins for it.

    /** Takes the result of one item. */
    void completed(int index, R result) {
        if (isLast(index, result)) {
            over.countDown();
        }
    }

    private synchronized boolean isLast(int index, R result) {
        if (failure != null || results[index] != null) {
            return false;
        }
        results[index] = result;
        missing--;
        return missing == 0;
    }

    /** The whole work fails with what one of its items met. */
    void failed(Throwable cause) {
        if (isFirst(cause)) {
            over.countDown();
        }
    }

    private synchronized boolean isFirst(Throwable cause) {
        if (failure != null || missing == 0) {
            return false;
        }
        failure = cause;
        return true;
    }

    /** Waits until all results are there, or one item failed; false if the time passed first. */
    public boolean await(long nanos) throws InterruptedException {
        return over.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Nobody waits any more: what has not begun is dropped. */
    public synchronized void abandon() {
        abandoned = true;
    }

    /** What failed, or null. To be asked once it is over. */
    public synchronized @Nullable Throwable failure() {
        return failure;
    }

    /** When its first item was run; if none was, the time given. */
    public synchronized long startedNanos(long otherwise) {
        return started ? startedNanos : otherwise;
    }

    /** The results in the order of the items. To be asked once it is over without a failure. */
    @SuppressWarnings("unchecked")
    public synchronized List<R> results() {
        List<R> all = new ArrayList<>(results.length);
        for (Object result : results) {
            if (result == null) {
                throw new IllegalStateException("asked before all results were there");
            }
            all.add((R) result);
        }
        return all;
    }
}
