package dev.falcon.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Items that wait, in the order they came, and what to do about them now: a function of them, the bounds and the time. Not
 * safe for use by several threads; the batcher guards it.
 */
final class BatchQueue<T, R> {

    /** One item of a work. */
    record Entry<T, R>(Work<T, R> work, int index, long arrivedNanos) {
        T item() {
            return work.item(index);
        }

        int cost() {
            return work.cost(index);
        }
    }

    /** When the next batch may be cut. */
    sealed interface Due {
        /** Nothing waits. */
        record Never() implements Due {}

        /** Not before this time, unless more comes. */
        record Later(long nanos) implements Due {}

        /** Now. */
        record Now() implements Due {}
    }

    private final BatchBounds bounds;
    private final int capacity;
    private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();

    /** @param capacity items that may wait; a work of more is taken only when none waits */
    BatchQueue(BatchBounds bounds, int capacity) {
        this.bounds = bounds;
        this.capacity = capacity;
    }

    /** Takes all items of the work, or none and says so. */
    boolean offer(Work<T, R> work, long nowNanos) {
        if (!waiting.isEmpty() && waiting.size() + work.size() > capacity) {
            dropDead();
            if (!waiting.isEmpty() && waiting.size() + work.size() > capacity) {
                return false;
            }
        }
        for (int i = 0; i < work.size(); i++) {
            waiting.addLast(new Entry<>(work, i, nowNanos));
        }
        return true;
    }

    /** A batch is due once its first item has waited long enough, or nothing could be added to it any more. */
    Due due(long nowNanos) {
        dropDead();
        Entry<T, R> first = waiting.peekFirst();
        if (first == null) {
            return new Due.Never();
        }
        long dueNanos = first.arrivedNanos() + bounds.maxDelay().toNanos();
        return dueNanos - nowNanos <= 0 || chosen().size() >= bounds.maxSize()
                ? new Due.Now()
                : new Due.Later(dueNanos);
    }

    /** Takes out the next batch; empty where nothing that anybody waits for is left. */
    Optional<List<Entry<T, R>>> cut() {
        dropDead();
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> chosen = chosen();
        List<Entry<T, R>> batch = new ArrayList<>(chosen.size());
        Iterator<Entry<T, R>> entries = waiting.iterator();
        int next = 0;
        for (int i = 0; next < chosen.size(); i++) {
            Entry<T, R> entry = entries.next();
            if (chosen.get(next) == i) {
                batch.add(entry);
                entries.remove();
                next++;
            }
        }
        return Optional.of(batch);
    }

    private List<Integer> chosen() {
        int[] costs = waiting.stream().limit(BatchCut.window(bounds)).mapToInt(Entry::cost).toArray();
        return BatchCut.choose(costs, bounds);
    }

    private void dropDead() {
        waiting.removeIf(entry -> entry.work().isDead());
    }

    int size() {
        return waiting.size();
    }

    /** Takes everything out. */
    List<Entry<T, R>> drain() {
        List<Entry<T, R>> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }
}
