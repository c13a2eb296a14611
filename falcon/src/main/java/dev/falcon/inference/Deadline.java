package dev.falcon.inference;

import java.time.Duration;

/**
 * The moment after which nobody waits for an answer any more. Immutable; bound to the ticker it was made with.
 */
public record Deadline(Ticker ticker, long atNanos) {

    /** A deadline this long from now. */
    public static Deadline after(Duration timeout, Ticker ticker) {
        return new Deadline(ticker, ticker.nanos() + timeout.toNanos());
    }

    /** Nanoseconds left; zero or negative once passed. */
    public long remainingNanos() {
        return atNanos - ticker.nanos();
    }

    /** Whether the moment has come. */
    public boolean passed() {
        return remainingNanos() <= 0;
    }

    /** The earlier of this deadline and one {@code timeout} from now. */
    public Deadline within(Duration timeout) {
        Deadline other = after(timeout, ticker);
        return other.atNanos - atNanos < 0 ? other : this;
    }
}
