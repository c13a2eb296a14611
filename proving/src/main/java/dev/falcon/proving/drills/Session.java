package dev.falcon.proving.drills;

import dev.falcon.proving.drills.DrillRecord.Control;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Drills some causes one after the other, with a well stack before each. For use by one thread. */
final class Session {

    private static final Duration SHORTEST_CONTROL = Duration.ofSeconds(30);

    private final Drill.Rig rig;
    private final boolean controls;
    private final boolean secondTry;
    private final List<Result> results = new ArrayList<>();
    private final Set<String> controlled = new HashSet<>();
    /** The last cause, as long as the stack still shows what became of it. */
    @Nullable private Cause before;

    /**
     * A session.
     *
     * @param controls whether each incident's first cause is drilled with something left out, too
     * @param secondTry whether a drill that fails is run once more, and the second time counts
     */
    Session(Drill.Rig rig, boolean controls, boolean secondTry) {
        this.rig = rig;
        this.controls = controls;
        this.secondTry = secondTry;
    }

    /** What becomes of the results so far, after each cause: a session takes long and may be ended early. */
    interface SoFar {
        void heard(List<Result> results) throws IOException;
    }

    List<Result> run(List<Cause> causes, SoFar soFar) throws InterruptedException, IOException {
        for (Cause cause : causes) {
            DrillRecord record = drill(cause, Control.NONE, Drill.DETECTION);
            if (controls && controlled.add(cause.incident())) {
                controls(cause, record);
            }
            soFar.heard(List.copyOf(results));
        }
        return List.copyOf(results);
    }

    /** The blocks of the general sections, which must show what they say on the healthy stack. */
    List<String> healthy() throws IOException, InterruptedException {
        StepRunner steps = new StepRunner(rig.stack().home(), rig.stack().shell());
        List<String> complaints = new ArrayList<>();
        for (Step step : rig.runbook().healthy()) {
            StepRunner.Result result = steps.run(step, "");
            rig.out()
                    .accept((result.held() ? "ok      " : "FAILED  ") + "healthy, line " + step.line() + ": "
                            + (result.held() ? step.title()
                                    : result.complaint() + "\n" + result.last().tail(25).indent(8))
                                    .stripTrailing());
            if (!result.held()) {
                complaints.add(result.complaint());
            }
        }
        return complaints;
    }

    /** Each takes as its measure what the drill itself took. */
    private void controls(Cause cause, DrillRecord drilled) throws InterruptedException {
        drill(cause, Control.NO_FAULT, twice(drilled.sinceFault(drilled.detected)));
        if (cause.healsItself()) {
            rig.out().accept("=== " + cause.name() + ": no control without a resolution, as the system heals itself");
        } else {
            drill(cause, Control.NO_RESOLUTION, twice(drilled.sinceFault(drilled.recovered)));
        }
    }

    private static Duration twice(double seconds) {
        Duration measured = Double.isNaN(seconds) ? Drill.DETECTION : Duration.ofMillis((long) (2000 * seconds));
        return measured.compareTo(SHORTEST_CONTROL) < 0 ? SHORTEST_CONTROL : measured;
    }

    private DrillRecord drill(Cause cause, Control control, Duration notBefore) throws InterruptedException {
        Result result = telling(cause, control, notBefore);
        if (secondTry && control == Control.NONE && !result.passed()) {
            rig.out().accept("FAILED, once more: " + result.name());
            result = telling(cause, control, notBefore).after(result);
        }
        results.add(result);
        rig.out().accept((result.passed() ? "PASSED  " : "FAILED  ") + result.name());
        return result.record();
    }

    /** A run that says nothing is repeated once. */
    private Result telling(Cause cause, Control control, Duration notBefore) throws InterruptedException {
        Result result = once(cause, control, notBefore);
        String reason = Judgement.voidReason(result.record());
        if (!reason.isEmpty()) {
            rig.out().accept("VOID, once more: " + reason);
            result = once(cause, control, notBefore);
            reason = Judgement.voidReason(result.record());
            if (!reason.isEmpty()) {
                result = result.and("void twice: " + reason);
            }
        }
        return result;
    }

    private Result once(Cause cause, Control control, Duration notBefore) throws InterruptedException {
        DrillRecord record = new DrillRecord(cause, control);
        Result result = new Result(record, List.of());
        rig.out().accept("=== " + cause.incident() + ": " + result.name());
        try {
            restoreFor(record);
            Drill.run(record, notBefore, rig);
        } catch (IOException e) {
            record.failures.add(String.valueOf(e.getMessage()));
        }
        result = new Result(record, Judgement.failures(record));
        result.failures().forEach(each -> rig.out().accept("  failure: " + each));
        try {
            if (!result.passed()) {
                rig.out().accept("  the containers' logs are kept in " + rig.stack().keepLogs(cause.name()));
            }
        } catch (IOException e) {
            result = result.and("the containers' logs could not be kept: " + e.getMessage());
        }
        return result;
    }

    /** A stack that does not get well is the fault of the drill before, too. */
    private void restoreFor(DrillRecord next) throws IOException, InterruptedException {
        try {
            restore();
        } catch (IOException e) {
            if (!results.isEmpty()) {
                results.add(results.removeLast().and(String.valueOf(e.getMessage())));
            }
            throw e;
        }
        before = next.cause;
    }

    /** Makes the stack as it was before the last drill, where there was one. */
    void restore() throws IOException, InterruptedException {
        Cause cause = before;
        if (cause == null) {
            return;
        }
        try {
            rig.stack().reset(cause.cleanUp());
        } catch (IOException e) {
            throw new IOException("the stack did not get well after " + cause.name() + ": " + e.getMessage(), e);
        }
        before = null;
    }
}
