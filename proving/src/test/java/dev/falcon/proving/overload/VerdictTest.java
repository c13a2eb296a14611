package dev.falcon.proving.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.proving.overload.Prober.Peaks;
import dev.falcon.proving.overload.Prober.Probe;
import dev.falcon.proving.overload.Verdict.Check;
import dev.falcon.proving.overload.Verdict.Findings;
import dev.falcon.proving.overload.Verdict.Speed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final long MILLI = 1_000_000;
    private static final long MB = 1 << 20;

    private final List<Probe> probes =
            new ArrayList<>(Collections.nCopies(200, new Probe("/healthz", true, 2 * MILLI, MILLI)));
    private final List<Phase> phases = new ArrayList<>();
    private Speed after = new Speed(990, 5);
    private OptionalLong evicted = OptionalLong.of(10);
    private long left = 1;

    private double unloadedP99 = 30;
    private double slowestRefusal = 40;
    private double lastRefusalSeconds = 2;

    private Phase phase(double factor, long ok, long refused) {
        return phase(factor + " x", factor, Map.of("200", ok, "503", refused),
                new Phase.Times(5, 80, 900, slowestRefusal, 10));
    }

    private Phase phase(String name, double factor, Map<String, Long> endings, Phase.Times times) {
        return new Phase(name, factor, 10, endings, times, probes, new Peaks(300 * MB, 100 * MB, 10_000), 1, 0.5);
    }

    private List<String> broken() {
        if (phases.isEmpty()) {
            phases.addAll(List.of(phase(1, 10_000, 50), phase(2, 9_900, 10_000), phase(5, 9_800, 40_000)));
        }
        phases.add(phase(Verdict.UNLOADED, 0.5, Map.of("200", 5000L), new Phase.Times(5, unloadedP99, 60, 0, 0)));
        phases.add(phase(Verdict.RECOVERY, 0.5, Map.of("200", 5000L),
                new Phase.Times(5, 30, 60, 0, lastRefusalSeconds)));
        return Verdict
                .of(new Findings(256 * MB, 2000, phases, new Speed(1000, 5), after, evicted, Map.of("DRIP", 3L), left))
                .stream()
                .filter(check -> !check.held())
                .map(Check::promise)
                .toList();
    }

    @Test
    void aWorkerThatKeepsEveryPromisePasses() {
        assertThat(broken()).isEmpty();
    }

    @Test
    void oneLateProbeIsEnoughUnlessTheMachineItselfWasLateThen() {
        probes.set(100, new Probe("/metrics", true, 150 * MILLI, MILLI));
        assertThat(broken()).containsExactly("/healthz and /metrics answer within 100 ms");

        probes.set(102, new Probe("/healthz", true, 2 * MILLI, 60 * MILLI));
        assertThat(broken()).isEmpty();

        probes.set(102, new Probe("/healthz", true, 2 * MILLI, MILLI));
        probes.set(150, new Probe("/healthz", true, 2 * MILLI, 60 * MILLI));
        assertThat(broken()).hasSize(1);
    }

    @Test
    void aProbeWithoutAnAnswerIsAFaultHoweverQuick() {
        probes.set(3, new Probe("/healthz", false, MILLI, MILLI));

        assertThat(broken()).hasSize(1);
    }

    @Test
    void goodputMayNotFallAsLoadRises() {
        phases.addAll(List.of(phase(1, 10_000, 50), phase(2, 9_900, 10_000), phase(5, 7_000, 40_000)));

        assertThat(broken()).containsExactly("goodput does not fall as load rises");
    }

    @Test
    void somethingMustBeRefusedOrThereWasNoOverload() {
        phases.addAll(List.of(phase(1, 10_000, 0), phase(2, 19_900, 0), phase(5, 49_900, 0)));

        assertThat(broken()).containsExactly("what is too much is refused");
    }

    @Test
    void aGeneratorThatFallsBehindShowsNoOverload() {
        phases.addAll(List.of(phase(1, 10_000, 50), phase(2, 9_900, 10_000), phase(5, 9_800, 30_000)));

        assertThat(broken()).containsExactly("as much was asked as was meant to be");
    }

    @Test
    void acceptedAndRefusedMustBothHearSoonAndTheEndMustBeSeen() {
        unloadedP99 = 15;
        slowestRefusal = 52;
        lastRefusalSeconds = 5.1;

        assertThat(broken()).containsExactly(
                "what is accepted in an overload is answered nearly as soon as without one",
                "every refusal comes within 50 ms", "5 s after an overload everybody is answered again");
    }

    @Test
    void whatComesAfterwardsCounts() {
        after = new Speed(700, 9);
        evicted = OptionalLong.of(0);
        left = 40;

        assertThat(broken()).containsExactly("clients that hold places make room",
                "afterwards the connections are counted down", "afterwards the worker is as fast as before");
    }

    @Test
    void anEndingThatTheContractDoesNotKnowIsNamed() {
        phases.addAll(List.of(phase(1, 10_000, 0), phase(5, 9_900, 40_000)));
        phases.add(new Phase("2 x", 2, 10, Map.of("200", 19_900L, "cut: reset", 2L), new Phase.Times(5, 80, 2100, 4, 0),
                probes, new Peaks(600 * MB, 230 * MB, 1), 1, 1));

        assertThat(broken()).containsExactly("memory stays bounded",
                "every request ends as 200, or as 429, 503 (with Retry-After) or 504 with a reason",
                "accepted requests keep their deadline");
    }

    @Test
    void withoutACrowdNothingIsSaidOfOne() {
        evicted = OptionalLong.empty();

        assertThat(broken()).isEmpty();
    }
}
