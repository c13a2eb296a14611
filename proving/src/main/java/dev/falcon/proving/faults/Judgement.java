package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run must show, held against what it did show. Pure.
 *
 * <p>Latency is judged by what the contract says, against the quieter of the quiet stretches of the same run: a broken
 * Redis may cost a request one operation timeout before the breaker opens and nothing from then on; a broken PostgreSQL
 * nothing at all. "Nothing" is less than half a timeout. Two requests in a hundred are the machine's: one stall of it is
 * as much.
 */
final class Judgement {

    /** Above the default, so that on a machine that is short of cores a worker's own pauses are no fault of Redis. */
    static final double REDIS_TIMEOUT_MILLIS = 400;
    private static final double NOTHING_MILLIS = REDIS_TIMEOUT_MILLIS / 2;
    private static final double MACHINES_SHARE = 0.02;
    /** A share of a few requests says nothing. */
    private static final int FEWEST = 50;
    /** Scrapes come ten times a second; far fewer would mean that nobody looked. */
    private static final double SCRAPES_PER_SECOND = 2;

    /** A sentence and whether it is true. */
    record Finding(boolean holds, String sentence) {}

    private final RunRecord run;
    private final Breakers breakers;
    private final double usualMillis;
    private final List<Finding> findings = new ArrayList<>();

    private Judgement(RunRecord run) {
        this.run = run;
        this.breakers = run.breakers();
        this.usualMillis = run.spans()
                .stream()
                .filter(span -> span.kind() == Span.Kind.QUIET)
                .mapToDouble(span -> Latencies.of(run.askedIn(span)).quantile(0.99))
                .min()
                .orElse(0);
    }

    static List<Finding> of(RunRecord run) {
        Judgement judgement = new Judgement(run);
        judgement.faults();
        judgement.answers();
        judgement.rows();
        judgement.books();
        judgement.breakerHistory();
        judgement.latency();
        return judgement.findings;
    }

    private void find(boolean holds, String sentence) {
        findings.add(new Finding(holds, sentence));
    }

    private void faults() {
        for (Span span : run.spans()) {
            if (!span.fault().isEmpty()) {
                find(false, span.name() + " was no proof: " + span.fault());
            }
        }
        long broken = run.spans().stream().filter(span -> span.kind() != Span.Kind.QUIET).count();
        find(run.spans().stream().allMatch(span -> span.fault().isEmpty()),
                broken + " faults, each seen by its probe while it was on and gone after it was ended");
    }

    private void answers() {
        List<Asked> silent = run.asked().stream().filter(each -> !each.answered()).toList();
        List<Asked> unexplained = silent.stream().filter(each -> !run.kill().explains(each)).toList();
        find(unexplained.isEmpty(), run.asked().size() + " asked = " + (run.asked().size() - silent.size())
                + " answered + " + (silent.size() - unexplained.size()) + " under way at the kill -9 + "
                + unexplained.size() + " otherwise without an answer" + firstOf(unexplained));
        List<Asked> wrong = run.asked()
                .stream()
                .filter(each -> each.answered() && each.status() != each.kind().status())
                .toList();
        find(wrong.isEmpty(), wrong.size() + " answers had another status than the contract's" + firstOf(wrong));
        replays(Span.Kind.QUIET, "in quiet stretches");
        replays(Span.Kind.DATE, "while the clocks jumped");
    }

    private void replays(Span.Kind kind, String when) {
        List<Asked> again = run.spans()
                .stream()
                .filter(span -> span.kind() == kind)
                .flatMap(span -> run.askedIn(span).stream())
                .filter(each -> each.kind() == Kind.KEYED_AGAIN && each.status() == 200)
                .toList();
        long replayed = again.stream().filter(Asked::replayed).count();
        find(!again.isEmpty() && again.size() - replayed <= MACHINES_SHARE * again.size(), replayed + " of "
                + again.size() + " keys repeated on the other worker " + when + " were replayed");
    }

    private static String firstOf(List<Asked> some) {
        return some.isEmpty() ? "" : ", the first: " + some.getFirst();
    }

    private void rows() {
        RowReckoning rows = run.rows();
        find(rows.isRight() && rows.expected() > 0, rows.expected() + " answers with status 200, " + rows.rows()
                + " rows: " + rows.lost().size() + " lost, " + rows.doubled().size() + " doubled, "
                + rows.unasked().size() + " that should not be");
        find(true, "the kill -9 lost " + rows.lostToKill().size() + " answered records, all of its last "
                + RowReckoning.KILL_BOUND_NANOS / 1_000_000 + " ms, and left " + rows.unanswered().size()
                + " rows whose answer it could no longer send");
        find(run.takenOver() > 0, "the worker that came back took over " + run.takenOver()
                + " records from its spool");
        find(run.newDayRows() > 0, run.newDayRows() + " rows are in the partition of the new day, made on demand");
    }

    private void books() {
        List<Sample> unbalanced = run.samples().stream().filter(each -> !each.unbalanced().isEmpty()).toList();
        double seconds = (run.spans().getLast().soundNanos() - run.spans().getFirst().fromNanos()) / 1e9;
        find(unbalanced.isEmpty() && run.samples().size() >= SCRAPES_PER_SECOND * seconds,
                "the books balanced at " + (run.samples().size() - unbalanced.size()) + " of " + run.samples().size()
                        + " scrapes" + (unbalanced.isEmpty() ? "" : ": " + unbalanced.getFirst().unbalanced()));
        find(run.scrapeFailures().isEmpty(), run.scrapeFailures().size() + " scrapes failed"
                + (run.scrapeFailures().isEmpty() ? "" : ": " + run.scrapeFailures().getFirst()));
        find(run.pendingAtEnd() == 0, run.pendingAtEnd() + " records pending at the end");
        long dropped = run.samples().stream().mapToLong(Sample::dropped).max().orElse(-1);
        find(dropped == 0, dropped + " records dropped");
    }

    private void breakerHistory() {
        for (Span span : run.spans()) {
            for (int worker = 0; worker < run.workers(); worker++) {
                for (Dependency dependency : Dependency.values()) {
                    String fault = fault(span, worker, dependency);
                    if (fault != null) {
                        find(false, span.name() + ": the " + dependency.wireName() + " breaker of worker-"
                                + (worker + 1) + " " + fault);
                    }
                }
            }
        }
        find(findings.stream().noneMatch(each -> !each.holds() && each.sentence().contains(" breaker of ")),
                "breakers opened where the contract says so, nowhere else, and closed afterwards");
    }

    private @Nullable String fault(Span span, int worker, Dependency dependency) {
        String history = breakers.history(worker, dependency, span.fromNanos(), span.soundNanos());
        if (span.kind() == Span.Kind.KILL && (worker == run.kill().worker() || dependency != span.dependency())) {
            return history.endsWith("C") ? null : "should have been closed in the end, but went " + history;
        }
        boolean opens = dependency == span.dependency()
                && (span.kind() == Span.Kind.OPENS || span.kind() == Span.Kind.KILL);
        if (!opens) {
            return history.equals("C") ? null : "should have stayed closed, but went " + history;
        }
        if (!history.contains("O")) {
            return "should have opened, but went " + history;
        }
        return history.endsWith("C") ? null : "should have closed again, but went " + history;
    }

    private void latency() {
        find(usualMillis <= NOTHING_MILLIS, "99 of 100 answers in the quieter of the quiet stretches took at most"
                + " %.0f ms; %.0f or more, and the machine were too busy to tell".formatted(usualMillis,
                        NOTHING_MILLIS));
        for (Span span : run.spans()) {
            List<Asked> answered = run.askedIn(span);
            if (span.dependency() == Dependency.REDIS) {
                judge(span.name() + ", at most one operation timeout", answered, REDIS_TIMEOUT_MILLIS);
                judge(span.name() + ", nothing once the breaker is open", answered.stream()
                        .filter(each -> breakers.isOpenAround(each.worker(), Dependency.REDIS, each.dueNanos()))
                        .toList(), NOTHING_MILLIS);
            } else if (span.kind() != Span.Kind.KILL && span.kind() != Span.Kind.QUIET) {
                judge(span.name() + ", nothing", answered, NOTHING_MILLIS);
            }
        }
    }

    private void judge(String what, List<Asked> answered, double addedMillis) {
        if (answered.size() < FEWEST) {
            return;
        }
        double limitMillis = usualMillis + addedMillis;
        int late = Latencies.of(answered).above(limitMillis);
        find(late <= MACHINES_SHARE * answered.size(), "latency added by " + what + ": "
                + "%d of %d answers took more than %.0f ms".formatted(late, answered.size(), limitMillis));
    }
}
