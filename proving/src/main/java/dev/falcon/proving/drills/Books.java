package dev.falcon.proving.drills;

import dev.falcon.testing.MetricsPage;
import java.util.HashMap;
import java.util.Map;

/**
 * What the inference logs of some workers counted since the first look, over the ends of processes, whose counts begin anew:
 * what one counted after the last look at it is not in here. For use by one thread.
 */
final class Books {

    /** Records; enqueued holds those that a new process found in its spool once more. */
    record Counts(long enqueued, long written, long dropped) {

        private Counts plus(Counts other) {
            return new Counts(enqueued + other.enqueued, written + other.written, dropped + other.dropped);
        }

        private Counts minus(Counts other) {
            return new Counts(enqueued - other.enqueued, written - other.written, dropped - other.dropped);
        }
    }

    private record Entry(double started, Counts counts) {}

    private final Map<Integer, Entry> latest = new HashMap<>();
    private Counts total = new Counts(0, 0, 0);

    /** Takes in the page of one worker. */
    void look(int worker, MetricsPage page) {
        Entry now =
                new Entry(page.sum("process_start_time_seconds"), new Counts(page.count("inference_log_enqueued_total"),
                        page.count("inference_log_written_total"), page.count("dropped_logs_total")));
        Entry before = latest.put(worker, now);
        if (before != null) {
            total = total.plus(before.started() == now.started() ? now.counts().minus(before.counts()) : now.counts());
        }
    }

    Counts total() {
        return total;
    }
}
