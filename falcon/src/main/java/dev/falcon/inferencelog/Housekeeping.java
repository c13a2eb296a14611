package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread for what must be done from time to time although nothing is written. It may wait for others' locks for as
 * long as the sink allows; neither the writer nor anybody else waits for it. Ends when interrupted.
 */
final class Housekeeping implements Runnable {

    private static final long MAINTENANCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** How often it looks for spools of workers that died. */
    private static final long FIND_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final EventLog log = new EventLog(Housekeeping.class);
    private final LogSink sink;
    private final Delivery delivery;
    private final @Nullable LeftSpools leftSpools;
    private final Ticker ticker;
    private volatile boolean closing;
    private long maintainAtNanos;
    private long findAtNanos;

    /** @param leftSpools null where nothing is kept on disk */
    Housekeeping(LogSink sink, Delivery delivery, @Nullable LeftSpools leftSpools, Ticker ticker) {
        this.sink = sink;
        this.delivery = delivery;
        this.leftSpools = leftSpools;
        this.ticker = ticker;
        this.maintainAtNanos = ticker.nanos();
        this.findAtNanos = ticker.nanos();
    }

    /** Asks it to end soon; to be followed by an interruption. */
    void finish() {
        closing = true;
    }

    @Override
    public void run() {
        try {
            while (!closing) {
                look();
                ticker.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // The log is closing; what is left undone is for the next process.
            closing = true;
        } finally {
            if (leftSpools != null) {
                leftSpools.close();
            }
        }
    }

    private void look() throws InterruptedException {
        try {
            if (delivery.isUsable() && ticker.nanos() - maintainAtNanos >= 0) {
                maintainAtNanos = ticker.nanos() + MAINTENANCE_NANOS;
                sink.maintain();
            }
            if (delivery.isUsable() && leftSpools != null) {
                takeOver(leftSpools);
            }
        } catch (RuntimeException e) {
            log.emit(Event.DEFECT, "keeping the inference log in order failed in a way nobody expected", e);
        }
    }

    /** Only while records can be delivered: a worker that is started again during an outage finds its own. */
    private void takeOver(LeftSpools left) throws InterruptedException {
        if (ticker.nanos() - findAtNanos >= 0) {
            findAtNanos = ticker.nanos() + FIND_NANOS;
            left.find();
        }
        left.deliver();
    }
}
