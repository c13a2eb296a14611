package dev.falcon.cli;

import dev.falcon.inference.Ticker;
import java.io.PrintStream;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Says on standard error what a command is doing, once it has taken two seconds: quick work stays silent, and of steps in quick succession one a
 * second is told. Steps may come from any thread; a virtual thread waits for the two seconds until the work is closed.
 */
final class Progress implements Consumer<String>, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long BETWEEN_LINES_NANOS = Duration.ofSeconds(1).toNanos();

    private final PrintStream err;
    private final Ticker ticker;
    private final Thread waiting;
    private String step;
    private boolean slow;
    private long lineNanos;
    private boolean closed;

    /** @param step what is being done first */
    Progress(PrintStream err, Ticker ticker, String step) {
        this.err = err;
        this.ticker = ticker;
        this.step = step;
        this.waiting = Thread.ofVirtual().name("progress").start(this::speakUp);
    }

    private void speakUp() {
        try {
            ticker.sleep(PATIENCE);
        } catch (InterruptedException e) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                slow = true;
                print();
            }
        }
    }

    /** Begins a step. */
    @Override
    public synchronized void accept(String next) {
        step = next;
        if (slow && ticker.nanos() - lineNanos >= BETWEEN_LINES_NANOS) {
            print();
        }
    }

    private void print() {
        lineNanos = ticker.nanos();
        err.println(step + " …");
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        waiting.interrupt();
    }
}
