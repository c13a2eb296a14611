package dev.falcon.proving.faults;

import java.util.Arrays;
import java.util.Collection;

/** Latencies of some answers, in milliseconds. */
final class Latencies {

    private final double[] millis;

    private Latencies(double[] millis) {
        this.millis = millis;
    }

    static Latencies of(Collection<Asked> answers) {
        double[] sorted = answers.stream().mapToDouble(each -> each.latencyNanos() / 1e6).sorted().toArray();
        return new Latencies(sorted);
    }

    int count() {
        return millis.length;
    }

    /** The smallest latency that this share (0 to 1) of the answers does not exceed; 0 where there is none. */
    double quantile(double share) {
        return millis.length == 0 ? 0 : millis[Math.max(0, (int) Math.ceil(share * millis.length) - 1)];
    }

    double max() {
        return quantile(1);
    }

    /** How many took longer. */
    int above(double limitMillis) {
        return (int) Arrays.stream(millis).filter(each -> each > limitMillis).count();
    }
}
