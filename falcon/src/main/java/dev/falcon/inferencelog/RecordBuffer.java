package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.LogBooks.DropReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Records in memory, oldest first, never more than the capacity: those taken out count against it until they are
 * released, so that what could not be written always fits back in. Offering takes a short lock and never waits for a
 * disk or a network. Safe for use by many threads.
 */
final class RecordBuffer {

    /** A record and the ticker's time at which it came. */
    record Arrived(LogRecord logged, long atNanos) {}

    private final int capacity;
    private final Ticker ticker;
    private final Books books;
    private final Deque<Arrived> waiting = new ArrayDeque<>();
    private int taken;
    private boolean closed;

    RecordBuffer(int capacity, Ticker ticker, Books books) {
        this.capacity = capacity;
        this.ticker = ticker;
        this.books = books;
    }

    /** Takes as many as fit, in their order; the others are dropped and counted. Returns how many now wait. */
    int offer(List<LogRecord> records) {
        long now = ticker.nanos();
        synchronized (this) {
            int room = Math.max(capacity - taken - waiting.size(), 0);
            int fitting = closed ? 0 : Math.min(records.size(), room);
            books.offered(fitting, records.size() - fitting, closed ? DropReason.SHUTDOWN : DropReason.BUFFER_FULL);
            for (int i = 0; i < fitting; i++) {
                waiting.addLast(new Arrived(records.get(i), now));
            }
            return waiting.size();
        }
    }

    /** Takes the oldest out. They keep their room until {@link #release} or {@link #giveBack}. */
    synchronized List<Arrived> take(int atMost) {
        int count = Math.min(atMost, waiting.size());
        List<Arrived> oldest = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            oldest.add(waiting.removeFirst());
        }
        taken += count;
        return oldest;
    }

    /** What was taken has left memory for good. */
    synchronized void release(int records) {
        taken -= records;
    }

    /** What was released is in memory again after all, whether there is room or not. */
    synchronized void retake(int records) {
        taken += records;
    }

    /** Puts back what was taken, before everything that came since. */
    synchronized void giveBack(List<Arrived> records) {
        for (Arrived each : records.reversed()) {
            waiting.addFirst(each);
        }
        taken -= records.size();
    }

    synchronized int size() {
        return waiting.size();
    }

    /** How long the oldest has waited, in nanoseconds; 0 where none waits. */
    synchronized long oldestAgeNanos(long nowNanos) {
        Arrived oldest = waiting.peekFirst();
        return oldest == null ? 0 : nowNanos - oldest.atNanos();
    }

    /** From now on whatever is offered is dropped and counted. */
    synchronized void close() {
        closed = true;
    }
}
