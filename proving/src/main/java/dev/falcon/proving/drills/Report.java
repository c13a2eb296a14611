package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a session found, as a table and as a page.
 *
 * @param healthy complaints of the blocks that are run on the healthy stack
 */
record Report(List<Result> drilled, List<Cause> skipped, List<String> healthy) {

    /** Of an incident's expectations, how many may hold on the healthy stack too. */
    private static final double NON_DIAGNOSTIC = 0.2;

    private static final List<String> HEADING = List.of("incident", "cause", "verdict", "detect s", "mitigate s",
            "recover s", "asked", "answered", "refused", "errors", "lost", "enqueued", "written", "dropped", "no row",
            "twice", "before ms", "during ms", "after ms", "in flight", "late ms");

    /** Of what was found; where a diagnosis says too little, its drills have failed. */
    static Report of(Runbook runbook, List<Result> drilled, List<Cause> skipped, List<String> healthy) {
        return new Report(drilled.stream().map(each -> withDiagnosis(runbook, drilled, each)).toList(), skipped,
                healthy);
    }

    /** A diagnosis that says the same of a healthy stack too often fails the drills that showed it. */
    private static Result withDiagnosis(Runbook runbook, List<Result> drilled, Result result) {
        String incident = result.record().cause.incident();
        int total = runbook.diagnosisExpectations(incident, Causes.all());
        int held = drilled.stream()
                .filter(each -> each.record().cause.incident().equals(incident))
                .mapToInt(each -> each.record().nonDiagnostic.size())
                .sum();
        return held <= NON_DIAGNOSTIC * total || result.record().nonDiagnostic.isEmpty()
                ? result
                : result.and(held + " of the " + total + " expectations of " + incident
                        + "'s diagnosis hold on the healthy stack too, one in five may");
    }

    boolean passed() {
        return healthy.isEmpty() && drilled.stream().allMatch(Result::passed);
    }

    String lastLine() {
        return lastLine(EarlierRows.none());
    }

    private String lastLine(EarlierRows earlier) {
        List<List<String>> rows = rows(earlier);
        return "%d passed, %d failed, %d skipped".formatted(EarlierRows.count(rows, "passed"),
                EarlierRows.count(rows, "FAILED"), EarlierRows.count(rows, EarlierRows.SKIPPED));
    }

    /** One line a drill, as Markdown. */
    String table() {
        return table(EarlierRows.none());
    }

    private String table(EarlierRows earlier) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADING);
        rows.addAll(rows(earlier));
        List<String> lines = new ArrayList<>(List.of("", Columns.aligned(rows), ""));
        healthy.forEach(each -> lines.add("On the healthy stack: " + each));
        drilled.forEach(each -> lines.addAll(remarks(each)));
        lines.addAll(earlier.remarks());
        return String.join("\n", lines);
    }

    /** All drills in the order of their causes, of a cause its drill before its controls. */
    private List<List<String>> rows(EarlierRows earlier) {
        List<List<String>> rows = new ArrayList<>(drilled.stream().map(Report::row).toList());
        rows.addAll(earlier.rows());
        Set<String> told = rows.stream().map(EarlierRows::name).collect(Collectors.toSet());
        for (Cause each : skipped) {
            if (!told.contains(each.name())) {
                List<String> row = new ArrayList<>(List.of(each.incident(), each.name(), EarlierRows.SKIPPED));
                row.addAll(Collections.nCopies(HEADING.size() - row.size(), ""));
                rows.add(row);
            }
        }
        List<String> order = Causes.all().stream().map(Cause::name).toList();
        rows.sort(Comparator.comparingInt(row -> order.indexOf(EarlierRows.name(row).split(",", 2)[0])));
        return rows;
    }

    private static List<String> row(Result result) {
        DrillRecord record = result.record();
        Map<Asked.Kind, Long> kinds = record.asked.stream()
                .collect(Collectors.groupingBy(Asked::kind, Collectors.counting()));
        boolean rowsRead = record.rows != null;
        return List.of(record.cause.incident(), result.name(), result.verdict(),
                seconds(record.sinceFault(record.detected)), seconds(record.sinceFault(record.verified)),
                seconds(record.sinceFault(record.recovered)), Integer.toString(record.asked.size()),
                count(kinds, Asked.Kind.ANSWERED), count(kinds, Asked.Kind.REFUSED), count(kinds, Asked.Kind.ERROR),
                count(kinds, Asked.Kind.LOST), Long.toString(record.counts.enqueued()),
                Long.toString(record.counts.written()), Long.toString(record.counts.dropped()),
                rowsRead ? Integer.toString(Judgement.missing(record).size()) : "",
                rowsRead ? Integer.toString(Judgement.twice(record).size()) : "",
                span(record, record.begun, record.volleys),
                span(record, record.fault, record.verified), span(record, record.verified, record.ended),
                Integer.toString(record.inFlight), tenths(Judgement.lateMillis(record)));
    }

    private static String count(Map<Asked.Kind, Long> kinds, Asked.Kind kind) {
        return Long.toString(kinds.getOrDefault(kind, 0L));
    }

    private static String span(DrillRecord record, @Nullable Long from,
            @Nullable Long to) {
        if (from == null) {
            return "";
        }
        Latency latency = Latency.of(record.asked, from, to == null ? record.ended : to);
        return tenths(latency.p50()) + " / " + tenths(latency.p99());
    }

    private static String seconds(double seconds) {
        return Double.isNaN(seconds) ? "" : tenths(seconds);
    }

    private static String tenths(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static List<String> remarks(Result result) {
        DrillRecord record = result.record();
        List<String> remarks = new ArrayList<>();
        result.firstTry().forEach(each -> remarks.add("- " + result.name() + ", first try failed: " + each));
        result.failures().forEach(each -> remarks.add("- " + result.name() + " FAILED: " + each));
        if (!Judgement.otherAlerts(record).isEmpty()) {
            remarks.add("- " + result.name() + ", other alerts: " + String.join(", ", Judgement.otherAlerts(record)));
        }
        if (!Judgement.machines(record).isEmpty()) {
            remarks.add(
                    "- %s, not judged, as the machine let %.1f %% of the answers before the fault take longer than the objective: %s"
                            .formatted(result.name(), 100 * Judgement.slowBefore(record),
                                    String.join(", ", Judgement.machines(record))));
        }
        record.nonDiagnostic.forEach(each -> remarks.add("- " + result.name() + ", non-diagnostic: " + each));
        return remarks;
    }

    /** Writes the page of this date; what an earlier run of the day found of others than these drills stays on it. */
    void write(Path folder, Scrubber scrubber) throws IOException {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Files.createDirectories(folder);
        Path file = folder.resolve(today + ".md");
        EarlierRows earlier = Files.exists(file)
                ? EarlierRows.of(Files.readString(file),
                        drilled.stream().map(Result::name).collect(Collectors.toSet()))
                : EarlierRows.none();
        Files.writeString(file, scrubber.scrub(page(today, earlier)));
    }

    private String page(LocalDate date, EarlierRows earlier) {
        return """
                # Drills of %s

                Written by `make drill`. Each incident of the [runbook](../RUNBOOK.md) was caused on the compose stack under %d
                requests a second, one in %d of the default model and the others of `%s`, detected by its alert, and
                ended by the runbook's own commands. Times count from the fault.
                Windows and `for` of the alerts are divided by %d; expressions and thresholds are those of production.
                "mitigate" is when the commands of the verification had passed, "recover" when the alert had resolved.
                Latency is p50 / p99 of answers of the steady load. "in flight" is what `inference_inflight` of all workers
                summed to right before the fault. A run may drill some of the causes: of each, the last run of the day is told.

                %s
                %s
                """.formatted(date, DrillLoad.PER_SECOND, DrillLoad.DEFAULT_ASKED_ONCE_IN, DrillLoad.BY_NAME.name(),
                TimeScale.FACTOR, table(earlier).strip(),
                "\n" + lastLine(earlier));
    }
}
