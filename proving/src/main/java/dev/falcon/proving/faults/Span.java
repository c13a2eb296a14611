package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the run. Times are of the ticker.
 *
 * @param kind what is judged of it
 * @param dependency the one that was broken; null for none
 * @param toNanos when the fault was ended
 * @param soundNanos when everything was well again
 * @param evidence what the probe saw
 * @param fault why the fault was not really there or did not really end; empty where it was and did
 */
record Span(String name, Kind kind, @Nullable Dependency dependency, long fromNanos, long toNanos, long soundNanos,
        String evidence, String fault) {

    /** What is judged of a stretch. */
    enum Kind {
        /** Latency is measured against the quieter of these. */
        QUIET,
        /** The breaker must open. */
        OPENS,
        /** The breaker must stay closed. */
        STAYS_CLOSED,
        /** A worker is killed and started: its breakers start anew, and the start of a JVM takes the machine's time. */
        KILL,
        /** The workers' date is moved: everything must stay as it is, and what was remembered must still be known. */
        DATE
    }

    boolean holds(long nanos) {
        return nanos - fromNanos >= 0 && nanos - toNanos < 0;
    }

    /** With the recovery after it. */
    boolean reaches(long nanos) {
        return nanos - fromNanos >= 0 && nanos - soundNanos < 0;
    }
}
