package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The thread for what must be done from time to time although nothing is written. It may wait for others' locks for as
 * long as the sink allows; neither the writer nor anybody else waits for it. Ends when interrupted.
 */
final class Housekeeping implements Runnable {

    private static final long MAINTENANCE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final EventLog log = new EventLog(Housekeeping.class);
    private final LogSink sink;
    private final Delivery delivery;
    private final Ticker ticker;
    private long maintainAtNanos;

    Housekeeping(LogSink sink, Delivery delivery, Ticker ticker) {
        this.sink = sink;
        this.delivery = delivery;
        this.ticker = ticker;
        this.maintainAtNanos = ticker.nanos();
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                ticker.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // The log is closing; what is left undone is for the next process.
            return;
        }
    }

    private void look() {
        try {
            if (delivery.isUsable() && ticker.nanos() - maintainAtNanos >= 0) {
                maintainAtNanos = ticker.nanos() + MAINTENANCE_NANOS;
                sink.maintain();
            }
        } catch (RuntimeException e) {
            log.emit(Event.DEFECT, "keeping the inference log in order failed in a way nobody expected", e);
        }
    }
}
