package dev.falcon.inferencelog;

import java.time.Duration;

/**
 * How long batches have failed although the sink takes other rows: long enough for somebody to mend what stands in their
 * way, and not for ever, since all that came later waits behind them. Once that time is over, batches at fault wait no
 * more until none has come for as long. Pure; used by one thread.
 */
final class Obstruction {

    /** The time that whoever looks after the database is given. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private boolean began;
    private long firstNanos;
    private long lastNanos;

    /** A batch failed; whether it is the first of an obstruction. */
    boolean met(long nowNanos) {
        boolean first = !began;
        if (first) {
            firstNanos = nowNanos;
        }
        began = true;
        lastNanos = nowNanos;
        return first;
    }

    /** Whether the rows at fault are to be given up. */
    boolean isOver(long nowNanos) {
        return began && nowNanos - firstNanos >= PATIENCE.toNanos();
    }

    /** A whole batch was taken. */
    void passed(long nowNanos) {
        if (!isOver(nowNanos) || nowNanos - lastNanos >= PATIENCE.toNanos()) {
            began = false;
        }
    }
}
