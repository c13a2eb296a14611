package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What there was to see in one drill; {@link Judgement} judges it. Filled by the thread that drills. Times are of the ticker
 * and null where it did not come to that.
 */
final class DrillRecord {

    final Cause cause;
    final Control control;
    /** What went wrong as it went, in order. */
    final List<String> failures = new ArrayList<>();
    /** Expectations of the diagnosis that hold on the healthy stack too, with the line of the runbook. */
    final List<String> nonDiagnostic = new ArrayList<>();
    final Set<String> alertsSeen = new TreeSet<>();
    long begun;
    long ended;
    @Nullable Long volleys;
    @Nullable Long fault;
    @Nullable Long detected;
    @Nullable Long resolved;
    @Nullable Long verified;
    @Nullable Long recovered;
    int inFlight;
    int kills;
    List<Asked> asked = List.of();
    Books.Counts counts = new Books.Counts(0, 0, 0);
    /** Request ids with a row, and how many rows; null where they were not read. */
    @Nullable Map<String, Integer> rows;
    /** Request ids that nginx asked a second worker about. */
    Set<String> askedTwice = Set.of();

    /** What is left out to show that the drill would notice. */
    enum Control {
        NONE, NO_FAULT, NO_RESOLUTION
    }

    DrillRecord(Cause cause, Control control) {
        this.cause = cause;
        this.control = control;
    }

    /** Seconds from the fault to then; NaN where it did not come to that. */
    double sinceFault(@Nullable Long then) {
        return fault == null || then == null ? Double.NaN : (then - fault) / 1e9;
    }
}
