package dev.falcon.proving.overload;

import dev.falcon.proving.overload.Prober.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Whether a worker did under overload what it promises. Pure. */
final class Verdict {

    static final double PROBE_MILLIS = 100;
    /** Of the goodput at the capacity itself; the rest is what refusing costs. */
    static final double GOODPUT_KEPT = 0.9;
    /** Of the rate that a phase is about: a generator that falls behind shows no overload. */
    static final double ASKED_SHARE = 0.9;
    /** The phase at half of the capacity, before any overload. */
    static final String UNLOADED = "half of the capacity";
    /** The same load, right after the last overload. */
    static final String RECOVERY = "half of it again";
    static final double REFUSAL_MILLIS = 50;
    static final double TIMES_UNLOADED_P99 = 5;
    static final double RECOVERY_SECONDS = 5;
    static final double CAPACITY_KEPT = 0.85;
    static final double MEDIAN_KEPT = 1.3;
    /** Beside the heap: code, metaspace, threads, buffers, the collector's own. */
    static final long BESIDE_HEAP_BYTES = 300L << 20;
    static final double LIVE_SHARE = 0.85;
    private static final Set<String> ALLOWED = Set.of("200", "429", "503", "504");
    /** Probes before and after, whose references tell how busy the machine was around one. */
    private static final int AROUND = 4;
    private static final int STRAGGLERS = 8;

    /** One promise. */
    record Check(String promise, boolean held, String seen) {}

    /** Rate a second and median latency in milliseconds, of a closed loop. */
    record Speed(double perSecond, double medianMillis) {}

    /**
     * All that was measured.
     *
     * @param phases those under a crowd
     * @param evicted connections that made room once all were taken; empty where they were not
     * @param cuts how often each kind of stalled client was cut off; empty where there was none
     * @param left connections that the worker still counted at the end
     */
    record Findings(long heapBytes, double deadlineMillis, List<Phase> phases, Speed before, Speed after,
            OptionalLong evicted,
            Map<String, Long> cuts, long left) {}

    private Verdict() {}

    static List<Check> of(Findings seen) {
        List<Check> checks = new ArrayList<>();
        checks.add(probes(seen.phases));
        checks.add(memory(seen));
        checks.add(endings(seen.phases));
        checks.add(deadline(seen));
        checks.add(asked(seen));
        checks.add(refused(seen.phases));
        checks.add(goodput(seen.phases));
        checks.add(accepted(seen.phases));
        checks.add(refusals(seen.phases));
        checks.add(recovery(seen.phases));
        seen.evicted.ifPresent(count -> checks
                .add(new Check("clients that hold places make room", count > 0, count + " evicted")));
        if (!seen.cuts.isEmpty()) {
            checks.add(new Check("each kind of stalled client is cut off",
                    seen.cuts.values().stream().allMatch(count -> count > 0), seen.cuts.toString()));
        }
        checks.add(new Check("afterwards the connections are counted down", seen.left <= STRAGGLERS,
                seen.left + " left"));
        double rate = seen.after.perSecond / seen.before.perSecond;
        double median = seen.after.medianMillis / seen.before.medianMillis;
        checks.add(new Check("afterwards the worker is as fast as before",
                rate >= CAPACITY_KEPT && median <= MEDIAN_KEPT,
                text("rate %.0f/s to %.0f/s (x %.2f, at least %.2f), median %.2f ms to %.2f ms (x %.2f, at most %.2f)",
                        seen.before.perSecond, seen.after.perSecond, rate, CAPACITY_KEPT, seen.before.medianMillis,
                        seen.after.medianMillis, median, MEDIAN_KEPT)));
        return checks;
    }

    private static Check probes(List<Phase> phases) {
        long late = 0;
        long unanswered = 0;
        double p99 = 0;
        double max = 0;
        for (Phase phase : phases) {
            late += late(phase.probes());
            unanswered += phase.probes().stream().filter(probe -> !probe.answered()).count();
            p99 = Math.max(p99, phase.probeMillis(99));
            max = Math.max(max, phase.probeMillis(100));
        }
        boolean asked = phases.stream().noneMatch(phase -> phase.probes().isEmpty());
        return new Check("/healthz and /metrics answer within 100 ms",
                asked && late == 0 && unanswered == 0 && p99 <= PROBE_MILLIS,
                text("worst phase p99 %.1f ms, max %.1f ms; %d later than 100 ms and the reference beside it, %d without"
                        + " an answer", p99, max, late, unanswered));
    }

    /** Probes that took longer than allowed and than the machine itself made the reference wait at about that time. */
    static long late(List<Probe> probes) {
        long late = 0;
        for (int i = 0; i < probes.size(); i++) {
            long noise = probes.subList(Math.max(0, i - AROUND), Math.min(probes.size(), i + AROUND + 1))
                    .stream()
                    .mapToLong(Probe::referenceNanos)
                    .max()
                    .orElse(0);
            late += probes.get(i).nanos() > PROBE_MILLIS * 1e6 + noise ? 1 : 0;
        }
        return late;
    }

    private static Check memory(Findings seen) {
        long resident = seen.phases.stream().mapToLong(phase -> phase.peaks().residentBytes()).max().orElse(0);
        long live = seen.phases.stream().mapToLong(phase -> phase.peaks().liveBytes()).max().orElse(0);
        return new Check("memory stays bounded",
                resident <= seen.heapBytes + BESIDE_HEAP_BYTES && live <= LIVE_SHARE * seen.heapBytes,
                text("resident at most %d MB of %d + %d, live set at most %d MB of %.0f", resident >> 20,
                        seen.heapBytes >> 20, BESIDE_HEAP_BYTES >> 20, live >> 20,
                        LIVE_SHARE * seen.heapBytes / (1 << 20)));
    }

    private static Check endings(List<Phase> phases) {
        List<String> others = phases.stream()
                .flatMap(phase -> phase.endings().entrySet().stream())
                .filter(ending -> !ALLOWED.contains(ending.getKey()))
                .map(ending -> ending.getValue() + " x " + ending.getKey())
                .toList();
        return new Check("every request ends as 200, or as 429, 503 (with Retry-After) or 504 with a reason",
                others.isEmpty(), others.isEmpty() ? "no other ending" : String.join("; ", others));
    }

    private static Check deadline(Findings seen) {
        double max = 0;
        boolean held = true;
        for (Phase phase : seen.phases) {
            max = Math.max(max, phase.times().max());
            held &= phase.times().max() <= seen.deadlineMillis + phase.referenceMillis(100);
        }
        return new Check("accepted requests keep their deadline", held,
                text("slowest 200 after %.1f ms, deadline %.0f ms", max, seen.deadlineMillis));
    }

    private static Check asked(Findings seen) {
        boolean held = true;
        List<String> texts = new ArrayList<>();
        for (Phase phase : seen.phases) {
            double wanted = phase.factor() * seen.before.perSecond;
            held &= phase.asked() >= ASKED_SHARE * wanted;
            if (wanted > 0) {
                texts.add(text("%.0f/s of %.0f/s", phase.asked(), wanted));
            }
        }
        return new Check("as much was asked as was meant to be", held,
                String.join(", ", texts) + text(", at least %.2f", ASKED_SHARE));
    }

    private static Check refused(List<Phase> phases) {
        Phase most = phases.stream().max(Comparator.comparingDouble(Phase::factor)).orElseThrow();
        long refused = most.endings().getOrDefault("503", 0L) + most.endings().getOrDefault("429", 0L);
        return new Check("what is too much is refused", refused > 0, text("%d refused at %.0f x", refused,
                most.factor()));
    }

    private static Check accepted(List<Phase> phases) {
        Phase unloaded = named(phases, UNLOADED);
        Phase most = phases.stream().max(Comparator.comparingDouble(Phase::factor)).orElseThrow();
        double times = most.times().p99() / unloaded.times().p99();
        return new Check("what is accepted in an overload is answered nearly as soon as without one",
                times <= TIMES_UNLOADED_P99,
                text("p99 %.1f ms at %.0f x the capacity, %.1f ms at half of it (x %.1f, at most %.0f)",
                        most.times().p99(), most.factor(), unloaded.times().p99(), times, TIMES_UNLOADED_P99));
    }

    /** What the machine itself made the reference wait is taken off. */
    private static Check refusals(List<Phase> phases) {
        boolean held = phases.stream()
                .allMatch(phase -> phase.times().refusalMax() <= REFUSAL_MILLIS + phase.referenceMillis(100));
        double max = phases.stream().mapToDouble(phase -> phase.times().refusalMax()).max().orElse(0);
        double reference = phases.stream().mapToDouble(phase -> phase.referenceMillis(100)).max().orElse(0);
        return new Check("every refusal comes within 50 ms", held,
                text("slowest after %.1f ms (the reference's after %.1f ms)", max, reference));
    }

    private static Check recovery(List<Phase> phases) {
        double seconds = named(phases, RECOVERY).times().lastNotAnsweredSeconds();
        return new Check("5 s after an overload everybody is answered again", seconds <= RECOVERY_SECONDS,
                text("last refusal after %.1f s", seconds));
    }

    private static Phase named(List<Phase> phases, String name) {
        return phases.stream().filter(phase -> phase.name().equals(name)).findFirst().orElseThrow();
    }

    private static Check goodput(List<Phase> phases) {
        double one = phases.stream()
                .filter(phase -> phase.factor() == 1)
                .mapToDouble(Phase::goodput)
                .findFirst()
                .orElseThrow();
        List<Phase> more = phases.stream().filter(phase -> phase.factor() > 1).toList();
        StringBuilder text = new StringBuilder(text("%.0f/s at 1 x", one));
        more.forEach(phase -> text.append(text(", %.0f/s (%.2f) at %.0f x", phase.goodput(), phase.goodput() / one,
                phase.factor())));
        return new Check("goodput does not fall as load rises",
                more.stream().allMatch(phase -> phase.goodput() >= GOODPUT_KEPT * one),
                text + text(", at least %.2f", GOODPUT_KEPT));
    }

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is of a library that is not here
    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
