package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What of docs/RUNBOOK.md is run, and what is looked at only. {@link RunbookReader} says how it is written.
 *
 * @param steps in the order of the file
 */
record Runbook(List<Incident> incidents, List<Step> steps, List<Unrun> unrun) {

    static final String FILE = "docs/RUNBOOK.md";

    /** A section. */
    record Incident(String id, String heading, int line) {}

    /**
     * A block that no drill runs.
     *
     * @param marker {@code kubernetes}, or {@code people: } and why
     */
    record Unrun(int line, String incident, String marker, String text) {}

    static Runbook of(Path root) throws IOException, MalformedRunbook {
        return RunbookReader.read(Files.readString(root.resolve(FILE)));
    }

    /** The steps of one cause in one phase. */
    List<Step> steps(Cause cause, Step.Phase phase) {
        return steps.stream()
                .filter(each -> each.phase() == phase && each.incident().equals(cause.incident())
                        && each.isFor(cause.name()))
                .toList();
    }

    /** What is run on the healthy stack. */
    List<Step> healthy() {
        return steps.stream().filter(each -> each.phase() == Step.Phase.HEALTHY).toList();
    }

    /** How many expectations the diagnosis of an incident has, over all of these causes. */
    int diagnosisExpectations(String incident, List<Cause> causes) {
        return causes.stream()
                .filter(each -> each.incident().equals(incident))
                .mapToInt(cause -> steps(cause, Step.Phase.DIAGNOSIS).stream()
                        .mapToInt(step -> step.expectationsOf(cause.name()).size())
                        .sum())
                .sum();
    }
}
