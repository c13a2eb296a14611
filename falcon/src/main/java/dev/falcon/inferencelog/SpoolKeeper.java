package dev.falcon.inferencelog;

import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.LogBooks.DropReason;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The thread that watches the age of what is in memory only, and puts it on disk in time whatever the writer waits for.
 * Also says, off the requests' threads, that records had to be dropped. Ends when interrupted.
 */
final class SpoolKeeper implements Runnable {

    private final EventLog log = new EventLog(SpoolKeeper.class);
    private final Backlog backlog;
    private final Books books;
    private final WriterPolicy policy;
    private final Semaphore bell = new Semaphore(0);
    private long droppedBefore;

    SpoolKeeper(Backlog backlog, Books books, WriterPolicy policy) {
        this.backlog = backlog;
        this.books = books;
        this.policy = policy;
    }

    /** Cuts its rest short. */
    void wake() {
        if (bell.availablePermits() == 0) {
            bell.release();
        }
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                step();
                if (bell.tryAcquire(policy.restNanos(backlog.waiting()), TimeUnit.NANOSECONDS)) {
                    bell.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // The log is closing, and what is left is the closer's to secure.
            return;
        }
    }

    private void step() {
        try {
            backlog.secure(false);
            tellDropped();
        } catch (RuntimeException e) {
            log.emit(Event.DEFECT, "keeping the spool failed in a way nobody expected", e);
        }
    }

    private void tellDropped() {
        long dropped = books.snapshot().dropped().getOrDefault(DropReason.BUFFER_FULL, 0L);
        if (dropped > droppedBefore) {
            log.emit(Event.BUFFER_FULL, "buffer full: " + (dropped - droppedBefore) + " records dropped",
                    Field.of("dropped", dropped - droppedBefore), Field.of("dropped_in_all", dropped));
            droppedBefore = dropped;
        }
    }
}
