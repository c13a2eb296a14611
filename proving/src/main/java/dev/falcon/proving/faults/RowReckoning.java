package dev.falcon.proving.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares what was answered with what is in the table. Pure.
 *
 * @param expected requests that were answered with 200
 * @param rows rows in the table
 * @param lostToKill answered by the killed worker within the bound before its end, and without a row
 * @param lost other answers without a row
 * @param doubled requests with more than one row
 * @param unasked rows of requests that were refused, or that nobody sent
 * @param unanswered rows of requests that the kill left without an answer: done, but not said
 */
record RowReckoning(int expected, long rows, List<String> lostToKill, List<String> lost, List<String> doubled,
        List<String> unasked, List<String> unanswered) {

    /** What {@code kill -9} may cost at most: answers of that long before it. */
    static final long KILL_BOUND_NANOS = 200_000_000;

    /**
     * Which worker was killed. Times are of the ticker.
     *
     * @param nanos just before the signal
     * @param goneNanos when it was known to be gone, and nothing more was sent to it
     * @param backNanos when it was back, and taken up again
     */
    record Kill(int worker, long nanos, long goneNanos, long backNanos) {

        /** Whether this request's end falls to the kill: sent to the worker, and ended while it went. */
        boolean explains(Asked each) {
            return each.worker() == worker && each.endedNanos() - nanos >= 0 && each.endedNanos() - backNanos < 0
                    && each.dueNanos() - goneNanos < 0;
        }
    }

    /** @param rows how many rows the table has of each request id */
    static RowReckoning of(Collection<Asked> asked, Map<String, Integer> rows, Kill kill) {
        List<String> lostToKill = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        List<String> unanswered = new ArrayList<>();
        Set<String> mayHaveOne = new HashSet<>();
        int expected = 0;
        for (Asked each : asked) {
            boolean has = rows.containsKey(each.requestId());
            if (each.status() == 200) {
                expected++;
                mayHaveOne.add(each.requestId());
                if (!has) {
                    (isWithinBound(each, kill) ? lostToKill : lost).add(each.requestId());
                }
            } else if (!each.answered() && kill.explains(each)) {
                mayHaveOne.add(each.requestId());
                if (has) {
                    unanswered.add(each.requestId());
                }
            }
        }
        List<String> doubled = rows.entrySet()
                .stream()
                .filter(row -> row.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
        List<String> unasked = rows.keySet().stream().filter(id -> !mayHaveOne.contains(id)).toList();
        long total = rows.values().stream().mapToLong(Integer::longValue).sum();
        return new RowReckoning(expected, total, lostToKill, lost, doubled, unasked, unanswered);
    }

    private static boolean isWithinBound(Asked answer, Kill kill) {
        return answer.worker() == kill.worker() && answer.endedNanos() - kill.goneNanos() <= 0
                && kill.nanos() - answer.endedNanos() <= KILL_BOUND_NANOS;
    }

    /** Whether every 200 has its one row, but for the kill's bound, and nothing else has any. */
    boolean isRight() {
        return lost.isEmpty() && doubled.isEmpty() && unasked.isEmpty();
    }
}
