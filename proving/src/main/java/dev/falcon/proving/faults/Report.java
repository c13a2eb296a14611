package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The run as text for people. Pure. */
final class Report {

    private static final String LATENCY_ROW = "%-23s %6s %6s %6s %6s  %8s %8s %8s  %s";
    private static final String BREAKER_ROW = "%-23s %-16s %-16s %-16s %s";

    private final RunRecord run;
    private final List<String> lines = new ArrayList<>();

    private Report(RunRecord run) {
        this.run = run;
    }

    /** @param settings of the workers, as far as they differ from the defaults */
    static String of(RunRecord run, Map<String, String> settings, List<Judgement.Finding> findings) {
        Report report = new Report(run);
        report.lines.add("Fault run: " + run.workers() + " workers, one Redis, one PostgreSQL, "
                + (int) Traffic.PER_SECOND + " requests a second, open loop, no retries");
        report.lines.add("Settings other than the defaults: " + settings);
        report.latencies();
        report.breakers();
        report.lines.add("");
        findings.forEach(each -> report.lines.add((each.holds() ? "holds  " : "FAILS  ") + each.sentence()));
        report.lines.add("");
        report.lines.add(findings.stream().allMatch(Judgement.Finding::holds) ? "PROVEN" : "DISPROVEN");
        return String.join("\n", report.lines) + "\n";
    }

    private void latencies() {
        lines.add("");
        lines.add(LATENCY_ROW.formatted("while", "s", "asked", "200", "silent", "p50 ms", "p99 ms", "max ms",
                "the probe saw"));
        for (Span span : run.spans()) {
            List<Asked> due = run.asked().stream().filter(each -> span.holds(each.dueNanos())).toList();
            Latencies millis = Latencies.of(run.askedIn(span));
            lines.add(LATENCY_ROW.formatted(span.name(), tenths((span.toNanos() - span.fromNanos()) / 1e9), due.size(),
                    millis.count(), due.stream().filter(each -> !each.answered()).count(),
                    tenths(millis.quantile(0.5)), tenths(millis.quantile(0.99)), tenths(millis.max()),
                    span.evidence()).stripTrailing());
        }
        lines.add(
                "With the fault on, without the recovery after it. Latency is of answers with 200, from when a request"
                        + " was due.");
        lines.add("One in a hundred has a body that is refused.");
    }

    private void breakers() {
        Breakers breakers = run.breakers();
        lines.add("");
        lines.add(BREAKER_ROW.formatted("breakers while", "redis", "", "postgres", "").stripTrailing());
        lines.add(BREAKER_ROW.formatted("", "worker-1", "worker-2", "worker-1", "worker-2").stripTrailing());
        for (Span span : run.spans()) {
            List<String> cells = new ArrayList<>(List.of(span.name()));
            for (Dependency dependency : List.of(Dependency.REDIS, Dependency.POSTGRES)) {
                for (int worker = 0; worker < run.workers(); worker++) {
                    cells.add(breakers.history(worker, dependency, span.fromNanos(), span.soundNanos()));
                }
            }
            lines.add(BREAKER_ROW.formatted(cells.toArray()).stripTrailing());
        }
        lines.add("C closed, O open, H half-open; with the fault on and in the recovery after it.");
    }

    private static String tenths(double value) {
        return "%.1f".formatted(value);
    }
}
