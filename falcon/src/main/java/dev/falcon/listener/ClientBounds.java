package dev.falcon.listener;

import java.time.Duration;

/**
 * Decides what is to be done with a connection from its phase and the time it has been in it. Pure; immutable.
 *
 * @param readNanos for a request to arrive whole, for the first byte of a new connection, and for an answer to be taken
 * @param idleNanos between two requests
 */
record ClientBounds(long readNanos, long idleNanos) {

    private static final long SECOND_NANOS = 1_000_000_000;

    /** Long enough for the bytes of a client that connected just before the port was closed. */
    private static final long SILENT_WHILE_CLOSING_NANOS = SECOND_NANOS / 2;

    /** What the rest of the port is up to. */
    enum Pressure {
        NONE,
        /** Nearly all connections are taken: idle ones make room. */
        CROWDED,
        /** No new connection is accepted any more. */
        CLOSING
    }

    /** What to do with a connection. */
    enum Verdict {
        LEAVE,
        /** Shut its input, so that its own thread wakes up and refuses the request. */
        CUT,
        /** Close it without a word. */
        CLOSE
    }

    static ClientBounds of(Duration read, Duration idle) {
        return new ClientBounds(read.toNanos(), idle.toNanos());
    }

    Verdict verdict(Phase phase, long nanosInPhase, Pressure pressure) {
        return switch (phase) {
            case SILENT -> closeAfter(pressure == Pressure.CLOSING
                    ? Math.min(SILENT_WHILE_CLOSING_NANOS, readNanos)
                    : readNanos, nanosInPhase);
            case IDLE -> closeAfter(switch (pressure) {
                case NONE -> idleNanos;
                case CROWDED -> Math.min(SECOND_NANOS, idleNanos);
                case CLOSING -> 0;
            }, nanosInPhase);
            case HEADERS, BODY -> nanosInPhase >= readNanos ? Verdict.CUT : Verdict.LEAVE;
            case ANSWERING -> closeAfter(readNanos, nanosInPhase);
            case CUT, LINGERING -> closeAfter(SECOND_NANOS, nanosInPhase);
            case WORKING, CLOSED -> Verdict.LEAVE;
        };
    }

    private static Verdict closeAfter(long bound, long nanosInPhase) {
        return nanosInPhase >= bound ? Verdict.CLOSE : Verdict.LEAVE;
    }

    /** How often connections are looked at: often enough that a bound is kept to within a twentieth. */
    Duration sweepPeriod() {
        long period = Math.min(readNanos, idleNanos) / 20;
        return Duration.ofNanos(Math.clamp(period, 10_000_000L, 250_000_000L));
    }
}
