package dev.falcon.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Items that wait, and what to do about them now: a function of them, the bounds and the time. Works stand in line as they
 * came; the foremost leads the next batch, and one that has had its turn of a few items and has more goes to the end. So
 * nobody waits for all of a large work, a large one gets its turns however many small ones come, and works of no more than a
 * turn are served in the order they came. Not safe for use by several threads; the batcher guards it.
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

    /** Items of a work that are run before it lets others go before the rest. */
    static final int TURN = 8;

    /** A work's items that wait, in their order. */
    private static final class Standing<T, R> {
        private final Work<T, R> work;
        private final Deque<Entry<T, R>> entries = new ArrayDeque<>();
        private int turnLeft = TURN;

        private Standing(Work<T, R> work, long nowNanos) {
            this.work = work;
            for (int i = 0; i < work.size(); i++) {
                entries.add(new Entry<>(work, i, nowNanos));
            }
        }
    }

    private final BatchBounds bounds;
    private final int capacity;
    private final Deque<Standing<T, R>> line = new ArrayDeque<>();
    private int size;

    /** @param capacity items that may wait; a work of more is taken only when none waits */
    BatchQueue(BatchBounds bounds, int capacity) {
        this.bounds = bounds;
        this.capacity = capacity;
    }

    /** Takes all items of the work, or none and says so. */
    boolean offer(Work<T, R> work, long nowNanos) {
        if (!hasRoomFor(work)) {
            dropDead();
            if (!hasRoomFor(work)) {
                return false;
            }
        }
        line.addLast(new Standing<>(work, nowNanos));
        size += work.size();
        return true;
    }

    private boolean hasRoomFor(Work<T, R> work) {
        return size == 0 || size + work.size() <= capacity;
    }

    /** A batch is due once an item has waited long enough, or nothing could be added to it any more. */
    Due due(long nowNanos) {
        if (bounds.maxDelay().isZero()) {
            return line.isEmpty() ? new Due.Never() : new Due.Now();
        }
        dropDead();
        if (line.isEmpty()) {
            return new Due.Never();
        }
        // Not the foremost's time: who went to the end of the line may have come before it.
        long waitedNanos = line.stream()
                .mapToLong(each -> nowNanos - each.entries.getFirst().arrivedNanos())
                .max()
                .orElse(0);
        long dueNanos = nowNanos - waitedNanos + bounds.maxDelay().toNanos();
        return dueNanos - nowNanos <= 0 || chosen(bounds.maxSize()).size() >= bounds.maxSize()
                ? new Due.Now()
                : new Due.Later(dueNanos);
    }

    /**
     * Takes out the next batch; empty where nothing that anybody waits for is left.
     *
     * @param batches that are about to be cut, this one among them: each gets its share of what waits, as two smaller ones
     *     at once are done sooner than a large one
     */
    Optional<List<Entry<T, R>>> cut(int batches) {
        dropDead();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> chosen = chosen(Math.ceilDiv(size, batches));
        List<Entry<T, R>> batch = new ArrayList<>(chosen.size());
        int place = 0;
        for (Standing<T, R> each : line) {
            Iterator<Entry<T, R>> entries = each.entries.iterator();
            while (entries.hasNext() && batch.size() < chosen.size()) {
                Entry<T, R> entry = entries.next();
                if (chosen.get(batch.size()) == place) {
                    batch.add(entry);
                    entries.remove();
                    each.turnLeft--;
                }
                place++;
            }
            if (batch.size() == chosen.size()) {
                break;
            }
        }
        size -= batch.size();
        endTurn();
        return Optional.of(batch);
    }

    /** Who is through leaves the line; who led and has had a turn goes to its end. Others keep their places. */
    private void endTurn() {
        Standing<T, R> led = line.getFirst();
        if (led.turnLeft <= 0 && !led.entries.isEmpty()) {
            line.removeFirst();
            led.turnLeft = TURN;
            line.addLast(led);
        }
        line.removeIf(each -> each.entries.isEmpty());
    }

    private List<Integer> chosen(int most) {
        int[] costs = line.stream()
                .flatMap(each -> each.entries.stream())
                .limit(BatchCut.window(bounds))
                .mapToInt(Entry::cost)
                .toArray();
        return BatchCut.choose(costs, bounds.withAtMost(most));
    }

    private void dropDead() {
        line.removeIf(each -> {
            boolean dead = each.work.isDead();
            size -= dead ? each.entries.size() : 0;
            return dead;
        });
    }

    int size() {
        return size;
    }

    /** Takes everything out. */
    List<Entry<T, R>> drain() {
        List<Entry<T, R>> all = line.stream().flatMap(each -> each.entries.stream()).toList();
        line.clear();
        size = 0;
        return all;
    }
}
