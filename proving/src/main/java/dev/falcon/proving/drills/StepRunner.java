package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Does what a step of the runbook says, as a person would, and holds it against what is expected. For use by one thread. */
final class StepRunner {

    private static final Duration ONCE = Duration.ofSeconds(30);
    private static final Duration HEALTHY_ENDLESS = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Home home;
    private final Shell shell;
    private final Ticker ticker = Ticker.system();

    /** @param broken expectations that did not hold; empty where the step showed what it must */
    record Result(Step step, Outcome last, List<Expectation> broken) {
        boolean held() {
            return broken.isEmpty();
        }

        /** For whoever has to find out why. */
        String complaint() {
            return "line " + step.line() + " of the runbook, " + step.title() + ": "
                    + String.join("; ", broken.stream().map(each -> "not so: " + each.sentence()).toList())
                    + " (status " + last.status() + ")";
        }
    }

    StepRunner(Home home, Shell shell) {
        this.home = home;
        this.shell = shell;
    }

    /** Runs it, again and again within its time if it has one. */
    Result run(Step step, String cause) throws IOException, InterruptedException {
        if (step.patch()) {
            return patch(step);
        }
        List<Expectation> expected = step.expectationsOf(cause);
        Duration limit = step.within() == null ? ONCE : step.within();
        long until = ticker.nanos() + limit.toNanos();
        while (true) {
            Outcome outcome = once(step, expected, Duration.ofNanos(Math.max(1, until - ticker.nanos())));
            List<Expectation> broken = expected.stream().filter(each -> !each.holds(outcome)).toList();
            boolean over = until - ticker.nanos() <= PAUSE.toNanos();
            if (broken.isEmpty() || step.within() == null || over) {
                return new Result(step, outcome, broken);
            }
            ticker.sleep(PAUSE);
        }
    }

    /** Runs a step of a diagnosis on the healthy stack and gives back those expectations that hold there too. */
    List<Expectation> holdingWhenHealthy(Step step, String cause) throws IOException, InterruptedException {
        List<Expectation> expected = step.expectationsOf(cause);
        Outcome outcome = once(step, expected, step.isEndless() ? HEALTHY_ENDLESS : ONCE);
        return expected.stream().filter(each -> each.holds(outcome)).toList();
    }

    private Outcome once(Step step, List<Expectation> expected, Duration limit)
            throws IOException, InterruptedException {
        String bash = TimeScale.impatient(step.text());
        if (!step.isEndless()) {
            return shell.run(bash, limit);
        }
        List<Expectation> awaited = expected.stream().filter(each -> each.how() == Expectation.How.FOUND).toList();
        return shell.watch(bash, limit, output -> !awaited.isEmpty()
                && awaited.stream().allMatch(each -> each.isSettledBy(output)));
    }

    private Result patch(Step step) throws IOException {
        try {
            home.env(EnvPatch.apply(home.env(), step.text()));
            return new Result(step, new Outcome(0, ""), List.of());
        } catch (IllegalArgumentException e) {
            return new Result(step, new Outcome(1, String.valueOf(e.getMessage())), step.expectations());
        }
    }
}
