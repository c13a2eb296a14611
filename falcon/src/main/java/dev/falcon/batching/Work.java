package dev.falcon.batching;

import dev.falcon.inference.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The items of one request on their way through a batcher: all of them are answered or none. Waited for by the request's
 * own thread, filled in by the batcher's. Once it has ended in some way it stays so.
 */
public final class Work<T, R> {

    /** How it came to its end. */
    public enum Ending {
        /** All results are there. */
        DONE,
        /** One item failed. */
        FAILED,
        /** Its deadline passed first. */
        LATE,
        /** Its caller left first. */
        GONE
    }

    private final List<T> items;
    private final int[] costs;
    private final Deadline deadline;
    private final BooleanSupplier gone;
    private final @Nullable Object[] results;
    private int missing;
    private boolean started;
    private long startedNanos;
    private @Nullable Throwable failure;
    private boolean abandoned;
    private volatile @Nullable Ending ending;
    private volatile @Nullable Thread waiter;
    private volatile boolean shallLook;

    /**
     * @param items at least one
     * @param cost tokens of an item
     * @param deadline after which no item of it is run any more
     * @param gone whether its caller has left; asked on the thread that waits alone
     */
    public Work(List<T> items, ToIntFunction<T> cost, Deadline deadline, BooleanSupplier gone) {
        this.items = List.copyOf(items);
        this.costs = this.items.stream().mapToInt(cost).toArray();
        this.deadline = deadline;
        this.gone = gone;
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

    /** Nanoseconds until its deadline; zero or negative once it has passed. */
    long remainingNanos() {
        return deadline.remainingNanos();
    }

    /** Whether nobody has any use for a further result. */
    synchronized boolean isDead() {
        return abandoned || ending != null || deadline.passed();
    }

    /** Ends it if its time is over. Else has who waits look whether the caller is still there, as not all of it may have begun. */
    void look() {
        if (deadline.passed()) {
            end(Ending.LATE, null);
        } else {
            shallLook = true;
            LockSupport.unpark(waiter);
        }
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
            LockSupport.unpark(waiter);
        }
    }

    private synchronized boolean isLast(int index, R result) {
        if (ending != null || results[index] != null) {
            return false;
        }
        results[index] = result;
        missing--;
        if (missing == 0) {
            ending = Ending.DONE;
        }
        return missing == 0;
    }

    /** The whole work fails with what one of its items met. */
    void failed(Throwable cause) {
        end(Ending.FAILED, cause);
    }

    private void end(Ending how, @Nullable Throwable cause) {
        if (isFirst(how, cause)) {
            LockSupport.unpark(waiter);
        }
    }

    private synchronized boolean isFirst(Ending how, @Nullable Throwable cause) {
        if (ending != null) {
            return false;
        }
        ending = how;
        failure = cause;
        return true;
    }

    /** Waits for its end, by one thread. The batcher that took it sees to it that there is one. */
    Ending await() throws InterruptedException {
        waiter = Thread.currentThread();
        Ending how = ending;
        while (how == null) {
            if (shallLook) {
                shallLook = false;
                if (gone.getAsBoolean()) {
                    end(Ending.GONE, null);
                }
            } else {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            how = ending;
        }
        return how;
    }

    /** Nobody waits any more: what has not begun is dropped. */
    synchronized void abandon() {
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

    /** The results in the order of the items. To be asked once it is done. */
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
