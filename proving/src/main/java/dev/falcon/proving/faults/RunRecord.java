package dev.falcon.proving.faults;

import java.util.List;

/**
 * All that a run has seen.
 *
 * @param spans in the order of time
 * @param takenOver records that the killed worker's next life found in its spool
 * @param newDayRows rows in the partition that was missing when its day came
 */
record RunRecord(int workers, List<Span> spans, List<Asked> asked, List<Sample> samples, List<String> scrapeFailures,
        RowReckoning.Kill kill, RowReckoning rows, long takenOver, long newDayRows, long pendingAtEnd) {

    Breakers breakers() {
        return new Breakers(samples, workers);
    }

    /** What was due in a stretch and answered with 200. */
    List<Asked> askedIn(Span span) {
        return asked.stream().filter(each -> each.status() == 200 && span.holds(each.dueNanos())).toList();
    }
}
