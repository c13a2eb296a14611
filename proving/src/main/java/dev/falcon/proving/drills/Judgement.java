package dev.falcon.proving.drills;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds what was seen in a drill against what its cause allows. Pure. */
final class Judgement {

    /** What the generator may be late by, at the 99th percentile, before a run says nothing. */
    static final double LATE_MILLIS = 20;

    /** How long before a kill an answer may have been given whose record is lost with the worker. */
    private static final long KILLED_NANOS = 200_000_000;
    private static final int KILLED_MORE = 5;
    /** Connections that were under way when the last command of the resolution ended. */
    private static final long UNDER_WAY_NANOS = 2_000_000_000L;
    /** Of the generator, whose JVM compiles itself first. */
    private static final long WARM_UP_NANOS = 3_000_000_000L;
    private static final String WATCHDOG = "Watchdog";
    /** The fleet's latency objective: of the answers, this share within this time. */
    private static final double OBJECTIVE_MILLIS = 100;
    static final double OBJECTIVE_SLOWER = 0.01;
    /** What fires where everything is slow: a Redis that is asked for longer than 100 ms has failed, too. */
    private static final Set<String> OF_SLOWNESS = Set.of("CacheErrors", "DatabaseOperationSlow", "HighP95Latency",
            "VeryHighP95Latency", "SloLatencyBurnFast", "SloLatencyBurnMedium", "SloLatencyBurnSlow");

    private final DrillRecord record;
    private final List<String> failures = new ArrayList<>();

    private Judgement(DrillRecord record) {
        this.record = record;
    }

    /** Why the drill failed; empty where it passed. */
    static List<String> failures(DrillRecord record) {
        Judgement judgement = new Judgement(record);
        switch (record.control) {
            case NO_FAULT -> judgement.withoutFault();
            case NO_RESOLUTION -> judgement.failures.addAll(record.failures);
            case NONE -> {
                judgement.failures.addAll(record.failures);
                judgement.clients();
                judgement.rows();
                judgement.alerts();
            }
        }
        return List.copyOf(judgement.failures);
    }

    /** It must have failed, and where it waits for the alert. */
    private void withoutFault() {
        if (record.fault == null) {
            failures.addAll(record.failures);
        } else if (record.detected != null) {
            failures.add(record.cause.alert().name() + " fires without the fault");
        }
    }

    /** Why the run says nothing; empty where it says something. */
    static String voidReason(DrillRecord record) {
        double millis = lateMillis(record);
        return millis > LATE_MILLIS ? "the generator was %.1f ms late at p99".formatted(millis) : "";
    }

    /** What the generator was late by, at the 99th percentile. */
    static double lateMillis(DrillRecord record) {
        return Latency.quantile(record.asked.stream()
                .filter(each -> each.steady() && each.dueNanos() - record.begun > WARM_UP_NANOS)
                .map(Asked::lateMillis)
                .sorted()
                .toList(), 0.99);
    }

    private void clients() {
        Set<Asked.Kind> allowed = switch (record.cause.clients()) {
            case NOTHING -> Set.of(Asked.Kind.ANSWERED);
            case REFUSALS -> Set.of(Asked.Kind.ANSWERED, Asked.Kind.REFUSED);
            case ERRORS -> Set.of(Asked.Kind.ANSWERED, Asked.Kind.REFUSED, Asked.Kind.ERROR);
            case OUTAGE -> Set.of(Asked.Kind.values());
        };
        Stream.of(Asked.Kind.values())
                .filter(kind -> !allowed.contains(kind))
                .forEach(kind -> complain(kind, _ -> true));
        if (record.cause.clients() == Cause.Clients.OUTAGE) {
            Long fault = record.fault;
            Long resolved = record.resolved;
            complain(Asked.Kind.LOST, each -> fault == null || each.endedNanos() - fault < 0
                    || (resolved != null && each.dueNanos() - resolved > UNDER_WAY_NANOS));
        }
    }

    private void complain(Asked.Kind kind, Predicate<Asked> which) {
        List<Asked> wrong = record.asked.stream()
                .filter(each -> each.kind() == kind && which.test(each))
                .sorted(Comparator.comparingLong(Asked::endedNanos))
                .toList();
        if (!wrong.isEmpty()) {
            Asked first = wrong.getFirst();
            String how = first.failure().isEmpty() ? "status " + first.status() : first.failure();
            failures.add(
                    "%d requests ended as %s, which this cause does not allow; first %s, %s, %.1f s after the fault"
                            .formatted(wrong.size(), kind, first.id(), how, record.sinceFault(first.endedNanos())));
        }
    }

    private void rows() {
        Map<String, Integer> rows = record.rows;
        if (rows == null) {
            failures.add("the rows could not be read");
            return;
        }
        long missing = missing(record).size();
        long allowed = allowedMissing();
        if (missing > allowed) {
            failures.add(
                    missing + " answers have no row, " + allowed + " may; first " + missing(record).getFirst().id());
        }
        Set<String> twice = new TreeSet<>(twice(record));
        twice.removeAll(record.askedTwice);
        if (!twice.isEmpty()) {
            failures.add(twice.size() + " answers have more than one row, and nginx asked only once; first "
                    + twice.iterator().next());
        }
    }

    private long allowedMissing() {
        return switch (record.cause.rows()) {
            case EXACT -> 0;
            case DROPPED -> record.counts.dropped();
            case KILLED -> Math.max(1, record.kills) * (mostOfOneWorker() + KILLED_MORE);
        };
    }

    /** How many answers one worker gave within the time that a kill may cost, at most. */
    private long mostOfOneWorker() {
        Map<String, List<Long>> byWorker = record.asked.stream()
                .filter(each -> each.kind() == Asked.Kind.ANSWERED)
                .collect(Collectors.groupingBy(Asked::worker,
                        Collectors.mapping(Asked::endedNanos, Collectors.toList())));
        long most = 0;
        for (List<Long> ends : byWorker.values()) {
            List<Long> sorted = ends.stream().sorted().toList();
            int first = 0;
            for (int last = 0; last < sorted.size(); last++) {
                while (sorted.get(last) - sorted.get(first) > KILLED_NANOS) {
                    first++;
                }
                most = Math.max(most, last - first + 1);
            }
        }
        return most;
    }

    /** Answers without a row. */
    static List<Asked> missing(DrillRecord record) {
        Map<String, Integer> rows = record.rows;
        return record.asked.stream()
                .filter(each -> each.kind() == Asked.Kind.ANSWERED && rows != null && !rows.containsKey(each.id()))
                .toList();
    }

    /** Request ids with more than one row. */
    static Set<String> twice(DrillRecord record) {
        Map<String, Integer> rows = record.rows;
        return rows == null
                ? Set.of()
                : rows.entrySet()
                        .stream()
                        .filter(each -> each.getValue() > 1)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
    }

    private void alerts() {
        Set<String> others = otherAlerts(record);
        others.removeAll(record.cause.mayFire());
        others.removeAll(machines(record));
        if (!others.isEmpty()) {
            failures.add("alerts fired that this cause does not explain: " + others);
        }
    }

    /**
     * The alerts that a machine which missed the latency objective before anything was broken explains: none where it kept
     * it. A machine that others use, too, can be too slow for the stack by itself; the drill then says nothing about latency.
     */
    static Set<String> machines(DrillRecord record) {
        if (slowBefore(record) <= OBJECTIVE_SLOWER) {
            return Set.of();
        }
        Set<String> alerts = otherAlerts(record);
        alerts.removeAll(record.cause.mayFire());
        alerts.retainAll(OF_SLOWNESS);
        return alerts;
    }

    /** Of the steady load's requests before the fault and the volleys, the share (0 to 1) that took longer than the objective. */
    static double slowBefore(DrillRecord record) {
        Long volleys = record.volleys;
        return slow(record.asked.stream()
                .filter(each -> volleys != null && each.endedNanos() - volleys < 0
                        && each.dueNanos() - record.begun > WARM_UP_NANOS)
                .toList());
    }

    /** Of these requests of the steady load, the share (0 to 1) that took longer than the objective; 0 where there is none. */
    static double slow(List<Asked> asked) {
        List<Asked> steady = asked.stream().filter(Asked::steady).toList();
        long slow = steady.stream().filter(each -> each.millis() > OBJECTIVE_MILLIS).count();
        return steady.isEmpty() ? 0 : (double) slow / steady.size();
    }

    /** Those that fired besides the one that is waited for. */
    static Set<String> otherAlerts(DrillRecord record) {
        Set<String> others = new TreeSet<>(record.alertsSeen);
        others.removeAll(new HashSet<>(List.of(record.cause.alert().name(), WATCHDOG)));
        return others;
    }
}
