package dev.falcon.proving.drills;

import java.util.List;

/** Quantiles of some answers' times, in milliseconds. */
record Latency(int count, double p50, double p99) {

    /** Of the steady load's answers that were due in this span of the ticker. */
    static Latency of(List<Asked> asked, long fromNanos, long toNanos) {
        List<Double> millis = asked.stream()
                .filter(each -> each.steady() && each.kind() == Asked.Kind.ANSWERED && each.dueNanos() - fromNanos >= 0
                        && each.dueNanos() - toNanos < 0)
                .map(Asked::millis)
                .sorted()
                .toList();
        return new Latency(millis.size(), quantile(millis, 0.5), quantile(millis, 0.99));
    }

    /** The smallest that this share (0 to 1) does not exceed; 0 where there is none. */
    static double quantile(List<Double> sorted, double share) {
        return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
}
