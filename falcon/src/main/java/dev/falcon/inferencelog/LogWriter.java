package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The thread that writes: takes the oldest batch, delivers it, and does so again. Ends when told to and nothing it could
 * write is left, or when interrupted.
 */
final class LogWriter implements Runnable {

    private static final Duration PAUSE_AFTER_FAULT = Duration.ofSeconds(1);

    private final EventLog log = new EventLog(LogWriter.class);
    private final Backlog backlog;
    private final Delivery delivery;
    private final WriterPolicy policy;
    private final Ticker ticker;
    private final Semaphore bell = new Semaphore(0);
    private volatile boolean closing;
    private long flushed;

    /** What a writer works with. */
    record Parts(Backlog backlog, Delivery delivery, WriterPolicy policy) {}

    LogWriter(Parts parts, Ticker ticker) {
        this.backlog = parts.backlog();
        this.delivery = parts.delivery();
        this.policy = parts.policy();
        this.ticker = ticker;
    }

    /** Cuts its rest short. */
    void wake() {
        if (bell.availablePermits() == 0) {
            bell.release();
        }
    }

    /** Asks it to write all that waits and end: a spool that is left behind waits for a worker of the same name. */
    void finish() {
        closing = true;
        wake();
    }

    @Override
    public void run() {
        try {
            while (!stepped()) {
                ticker.sleep(PAUSE_AFTER_FAULT);
            }
        } catch (InterruptedException e) {
            // The time to finish has run out; what is left is the closer's to secure.
            return;
        }
    }

    /** Steps until the end; false where a defect got in the way, which must not end the thread. */
    private boolean stepped() throws InterruptedException {
        try {
            boolean goesOn;
            do {
                goesOn = step();
            } while (goesOn);
            return true;
        } catch (RuntimeException e) {
            log.emit(Event.DEFECT, "writing the inference log failed in a way nobody expected", e);
            return false;
        }
    }

    /** One decision and what follows from it; false at the end. */
    private boolean step() throws InterruptedException {
        WriterPolicy.Waiting waiting = backlog.waiting();
        // Where there is no disk to leave records on, a sink that is still opening is waited for until the deadline.
        boolean leaveIt = !delivery.isUsable() && backlog.hasDisk();
        boolean nothingToDo = waiting.spooled() == 0 && waiting.buffered() == 0;
        if (closing && (nothingToDo || leaveIt)) {
            return false;
        }
        switch (policy.next(waiting, delivery.isUsable(), closing)) {
            case WriterPolicy.Rest rest -> rest(rest.nanos());
            case WriterPolicy.Write write -> {
                boolean written = writeOne();
                if (!written && closing && backlog.hasDisk()) {
                    return false;
                }
                if (!written && delivery.isUsable()) {
                    // Neither written nor given up: what stands in its way is not the database as a whole.
                    rest(PAUSE_AFTER_FAULT.toNanos());
                }
            }
        }
        return true;
    }

    private void rest(long nanos) throws InterruptedException {
        if (bell.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            bell.drainPermits();
        }
    }

    private boolean writeOne() throws InterruptedException {
        Batch batch = backlog.take();
        if (batch == null) {
            // It was asked for because something waits, so the disk cannot be read just now.
            rest(PAUSE_AFTER_FAULT.toNanos());
            return false;
        }
        Delivery.Delivered delivered = null;
        try {
            delivered = delivery.deliver(batch.rows(), !closing);
        } finally {
            if (delivered == null) {
                backlog.failed(batch);
            }
        }
        if (delivered == null) {
            return false;
        }
        backlog.written(batch, delivered);
        if (batch.cameFromSpool()) {
            tellFlushed(batch.rows().size() - delivered.lost());
        }
        return true;
    }

    /** Told once the spool is empty, not for every batch. */
    private void tellFlushed(int rows) {
        flushed += rows;
        if (backlog.waiting().spooled() == 0) {
            log.emit(Event.LOGS_FLUSHED, "Flushed " + flushed + " logs", Field.of("records", flushed));
            flushed = 0;
        }
    }
}
