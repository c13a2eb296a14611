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

    /** Of a connection that never makes room. */
    static final long STAYS = Long.MAX_VALUE;

    /** A request that has arrived may not have been looked at yet, on a machine that has too much to do. */
    private static final long FAIR_CHANCE_NANOS = SECOND_NANOS / 10;

    /** Long enough for the bytes of a client that connected just before the port was closed. */
    private static final long SILENT_WHILE_CLOSING_NANOS = SECOND_NANOS / 2;

    /** What the rest of the port is up to. */
    enum Pressure {
        NONE,
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
            case IDLE -> closeAfter(pressure == Pressure.CLOSING ? 0 : idleNanos, nanosInPhase);
            case HEADERS, BODY -> nanosInPhase >= readNanos ? Verdict.CUT : Verdict.LEAVE;
            case ANSWERING -> closeAfter(readNanos, nanosInPhase);
            case CUT, LINGERING -> closeAfter(SECOND_NANOS, nanosInPhase);
            case WORKING, CLOSED -> Verdict.LEAVE;
        };
    }

    /**
     * How soon a connection is to make room for a newer one once all are taken: those without a request before those whose
     * request is slow to arrive, in each case the one first that has been so for longest.
     *
     * @return smaller is sooner; {@link #STAYS} for one that works, or has had no fair chance yet
     */
    static long evictionOrder(Phase phase, long nanosInPhase) {
        return switch (phase) {
            case SILENT, IDLE -> nanosInPhase < FAIR_CHANCE_NANOS ? STAYS : -nanosInPhase;
            case HEADERS, BODY -> nanosInPhase < SECOND_NANOS ? STAYS : Long.MAX_VALUE / 2 - nanosInPhase;
            case CUT, WORKING, ANSWERING, LINGERING, CLOSED -> STAYS;
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
