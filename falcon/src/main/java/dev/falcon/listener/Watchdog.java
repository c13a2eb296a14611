package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;

/** Looks at every connection a few times a second and holds it to its bound, on a thread of its own. */
final class Watchdog {

    private final EventLog log = new EventLog(Watchdog.class);
    private final ClientBounds bounds;
    private final Connections connections;
    private final Ticker ticker;
    private final Thread thread;

    Watchdog(ClientBounds bounds, Connections connections, Ticker ticker) {
        this.bounds = bounds;
        this.connections = connections;
        this.ticker = ticker;
        this.thread = Thread.ofPlatform().daemon().name("watchdog").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    /** Whatever happens in it, there is a next one. */
    private void sweep() {
        try {
            int cutOff = connections.enforce(bounds);
            if (cutOff > 0) {
                log.emit(Event.CLIENT_CUT_OFF, "Clients were too slow and were cut off (timeout)",
                        Field.of("clients", cutOff));
            }
        } catch (RuntimeException | Error e) {
            log.emit(Event.DEFECT, "Slow clients could not be looked for", e);
        }
    }

    private void run() {
        try {
            while (true) {
                ticker.sleep(bounds.sweepPeriod());
                sweep();
            }
        } catch (InterruptedException e) {
            // stop() was called.
        }
    }
}
