package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which causes are drilled. Pure.
 *
 * @param unknown what was wanted and does not exist
 */
record Selection(List<Cause> run, List<Cause> skipped, Set<String> unknown) {

    /** What was asked for; an empty set stands for all. */
    record Wanted(Set<String> incidents, Set<String> causes, boolean onePerIncident) {
        private boolean takes(Cause cause) {
            return (incidents.isEmpty() || incidents.contains(cause.incident()))
                    && (causes.isEmpty() || causes.contains(cause.name()));
        }
    }

    static Selection of(List<Cause> all, Wanted wanted) {
        List<Cause> run = new ArrayList<>();
        List<Cause> skipped = new ArrayList<>();
        Set<String> incidents = new HashSet<>();
        for (Cause cause : all) {
            boolean taken = wanted.takes(cause) && (!wanted.onePerIncident() || incidents.add(cause.incident()));
            (taken ? run : skipped).add(cause);
        }
        Set<String> unknown = new TreeSet<>(wanted.incidents());
        unknown.addAll(wanted.causes());
        unknown.removeAll(all.stream().map(Cause::incident).collect(Collectors.toSet()));
        unknown.removeAll(all.stream().map(Cause::name).collect(Collectors.toSet()));
        return new Selection(List.copyOf(run), List.copyOf(skipped), unknown);
    }
}
