package dev.falcon.proving.drills;

import dev.falcon.proving.drills.Step.Phase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether the runbook and the causes are made for each other. Pure. */
final class Coverage {

    private Coverage() {}

    static List<String> faults(Runbook runbook, List<Cause> causes) {
        List<String> faults = new ArrayList<>();
        sections(runbook, causes, faults);
        runbook.steps().forEach(step -> names(step, causes, faults));
        causes.forEach(cause -> phases(runbook, cause, faults));
        return faults;
    }

    private static void sections(Runbook runbook, List<Cause> causes, List<String> faults) {
        Set<String> sections = runbook.incidents()
                .stream()
                .map(Runbook.Incident::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> caused = causes.stream().map(Cause::incident).collect(Collectors.toCollection(TreeSet::new));
        sections.stream().filter(each -> !caused.contains(each)).forEach(each -> faults.add("nothing causes " + each));
        caused.stream().filter(each -> !sections.contains(each)).forEach(each -> faults.add(each + " has no section"));
        Set<String> seen = new HashSet<>();
        causes.stream()
                .map(Cause::name)
                .filter(each -> !seen.add(each))
                .forEach(each -> faults.add("two causes are called " + each));
    }

    /** Every cause that a step names must be one of its incident, and each step must be run by one. */
    private static void names(Step step, List<Cause> causes, List<String> faults) {
        String place = "line " + step.line() + ": ";
        List<String> ofIncident = causes.stream()
                .filter(each -> each.incident().equals(step.incident()))
                .map(Cause::name)
                .toList();
        for (Expectation expectation : step.expectations()) {
            for (String name : expectation.causes()) {
                if (!name.equals(Expectation.EVERY) && !ofIncident.contains(name)) {
                    faults.add(place + name + " is no cause of "
                            + (step.incident().isEmpty() ? "a general section" : step.incident()));
                }
            }
        }
        if (step.phase() != Phase.HEALTHY && ofIncident.stream().noneMatch(step::isFor)) {
            faults.add(place + "no drill runs this");
        }
    }

    private static void phases(Runbook runbook, Cause cause, List<String> faults) {
        for (Phase phase : List.of(Phase.DIAGNOSIS, Phase.RESOLUTION, Phase.VERIFICATION)) {
            boolean needed = phase != Phase.RESOLUTION || !cause.healsItself();
            if (needed && runbook.steps(cause, phase).isEmpty()) {
                faults.add(cause.name() + " has no step of its " + phase.name().toLowerCase(java.util.Locale.ROOT));
            }
        }
    }
}
