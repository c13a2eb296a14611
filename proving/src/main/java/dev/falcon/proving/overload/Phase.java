package dev.falcon.proving.overload;

import dev.falcon.proving.overload.Prober.Peaks;
import dev.falcon.proving.overload.Prober.Probe;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one phase showed.
 *
 * @param factor how many times the capacity was asked for; 0 where nothing was
 * @param endings how many requests ended in each way
 * @param workerCores processors that the worker kept busy, on average
 * @param generatorCores processors that this process kept busy
 */
record Phase(String name, double factor, double seconds, Map<String, Long> endings, Times times, List<Probe> probes,
        Peaks peaks, double workerCores, double generatorCores) {

    /**
     * Milliseconds from sending to the answer: of those with status 200, and of the refusals.
     *
     * @param lastNotAnsweredSeconds from the phase's begin to the end of its last request without a 200
     */
    record Times(double p50, double p99, double max, double refusalMax, double lastNotAnsweredSeconds) {
        static final Times NONE = new Times(0, 0, 0, 0, 0);
    }

    /** Answers with status 200, a second. */
    double goodput() {
        return endings.getOrDefault("200", 0L) / seconds;
    }

    double asked() {
        return endings.values().stream().mapToLong(Long::longValue).sum() / seconds;
    }

    /** The probes' own latency at a percentile from 0 to 100, in milliseconds. */
    double probeMillis(double percentile) {
        return at(percentile, probes.stream().mapToLong(Probe::nanos).sorted().toArray());
    }

    /** Same, of what the reference took beside them. */
    double referenceMillis(double percentile) {
        return at(percentile, probes.stream().mapToLong(Probe::referenceNanos).sorted().toArray());
    }

    private static double at(double percentile, long... sorted) {
        return sorted.length == 0 ? 0
                : sorted[(int) Math.min(sorted.length - 1, sorted.length * percentile / 100)] / 1e6;
    }

    String line() {
        return String.format(Locale.ROOT,
                "%-22s %7.0f/s asked %6.0f/s good  200s p50 %6.1f p99 %6.1f max %6.1f ms  refusals max %6.1f ms%n"
                        + "%22s probes %4d: p50 %5.1f p99 %5.1f max %5.1f ms (reference p99 %5.1f max %5.1f ms)%n"
                        + "%22s resident %4d MB, live %4d MB, %5d connections; cores: worker %.2f, generator %.2f  %s",
                name, asked(), goodput(), times.p50, times.p99, times.max, times.refusalMax, "", probes.size(),
                probeMillis(50), probeMillis(99), probeMillis(100), referenceMillis(99), referenceMillis(100), "",
                peaks.residentBytes() >> 20, peaks.liveBytes() >> 20, peaks.connections(), workerCores,
                generatorCores, endings);
    }
}
