package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.drills.DrillRecord.Control;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One drill: load, silence, fault, alert, the commands of the runbook, recovery. Writes down what there was to see. For use by
 * one thread, once; the stack must be well before, and is as the drill left it after.
 */
final class Drill {

    /** Requests that must be under way at the fault, as the workers' own gauges say. */
    static final int IN_FLIGHT = 32;
    static final Duration DETECTION = Duration.ofMinutes(2);

    /** As few as two workers can take it with the steady load, within MAX_IN_FLIGHT each. */
    private static final int VOLLEY = 96;
    private static final int VOLLEYS = 40;
    /** Three seconds: a fault that takes longer, as a deploy does, would be overlaid by an overload of our own. */
    private static final int VOLLEYS_DURING_FAULT = 12;
    private static final Duration BETWEEN_VOLLEYS = Duration.ofMillis(250);
    private static final int[] LOOK_AFTER_MILLIS = {4, 8, 12, 20, 30};
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** What an alert that compares with earlier needs besides, for its longest window. */
    private static final Duration WINDOW = Duration.ofSeconds(35);
    private static final Duration COMMAND = Duration.ofMinutes(3);
    private static final Duration RECOVERY = Duration.ofMinutes(7);
    /** Longer than a worker that died takes to be seen again. */
    private static final Duration WELL = Duration.ofSeconds(20);
    private static final Duration AFTERWARDS = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(200);

    private final DrillRecord record;
    private final Cause cause;
    private final Runbook runbook;
    private final Stack stack;
    private final StepRunner steps;
    private final Consumer<String> out;
    private final Ticker ticker = Ticker.system();
    private final DrillLoad load;
    private final Watch watch;
    private final Deaths deaths;
    private final Duration silence;

    private Drill(DrillRecord record, Runbook runbook, Stack stack, Web web, Consumer<String> out)
            throws IOException, InterruptedException {
        this.record = record;
        this.cause = record.cause;
        this.runbook = runbook;
        this.stack = stack;
        this.out = out;
        steps = new StepRunner(stack.home(), stack.shell());
        Duration history = Duration.ofSeconds(stack.offsetSeconds(cause.alert().name()));
        silence = history.isZero() ? SILENCE : SILENCE.plus(history).plus(WINDOW);
        condition();
        deaths = Deaths.listen();
        record.begun = ticker.nanos();
        load = DrillLoad.start(stack.frontDoor(), runName(), cause.distinctTexts());
        watch = Watch.start(web);
    }

    /**
     * Drills.
     *
     * @param notBefore of the controls: for how long the alert must not come, or must not go, after the fault
     */
    static DrillRecord run(DrillRecord record, Duration notBefore, Rig rig) throws InterruptedException, IOException {
        Drill drill = null;
        try {
            drill = new Drill(record, rig.runbook(), rig.stack(), rig.web(), rig.out());
            drill.act(notBefore);
        } catch (DrillFailed e) {
            record.failures.add(String.valueOf(e.getMessage()));
        } finally {
            if (drill != null) {
                drill.end();
            }
        }
        return record;
    }

    /** What every drill of a session needs. */
    record Rig(Runbook runbook, Stack stack, Web web, Consumer<String> out) {}

    private static String runName() {
        return "drill-" + java.util.UUID.randomUUID().toString().substring(0, 8);
    }

    private void condition() throws IOException, InterruptedException {
        if (!cause.condition().isEmpty()) {
            out.accept("condition");
            stack.shell().must(cause.condition(), COMMAND);
        }
    }

    private void act(Duration notBefore) throws DrillFailed, IOException, InterruptedException {
        silence();
        fault(record.control == Control.NO_FAULT ? "sleep 1" : cause.fault());
        detect(record.control == Control.NO_FAULT ? notBefore : DETECTION);
        run(Step.Phase.DIAGNOSIS);
        if (record.control == Control.NO_RESOLUTION) {
            staysBroken(notBefore);
            return;
        }
        run(Step.Phase.RESOLUTION);
        record.resolved = ticker.nanos();
        if (run(Step.Phase.VERIFICATION)) {
            record.verified = ticker.nanos();
        }
        recover();
        ticker.sleep(AFTERWARDS);
    }

    /** The alert must be silent, and what diagnoses the fault must not show anything yet. */
    private void silence() throws DrillFailed, IOException, InterruptedException {
        ticker.sleep(WARM_UP);
        long from = ticker.nanos();
        out.accept("silence of " + silence.toSeconds() + " s, and the diagnosis on the healthy stack");
        if (record.control == Control.NONE) {
            for (Step step : runbook.steps(cause, Step.Phase.DIAGNOSIS)) {
                for (Expectation each : steps.holdingWhenHealthy(step, cause.name())) {
                    record.nonDiagnostic.add("line " + each.line() + ": " + each.sentence());
                }
            }
        }
        await(silence.minusNanos(ticker.nanos() - from), () -> false);
        List<Watch.Look> looks = watch.since(from);
        if (looks.size() < SILENCE.toSeconds() / 2) {
            throw new DrillFailed("Prometheus could not be looked at during the silence");
        }
        if (looks.stream().anyMatch(each -> each.shows(cause.alert()))) {
            throw new DrillFailed(cause.alert().name() + " fired before the fault");
        }
    }

    private void fault(String bash) throws DrillFailed, IOException, InterruptedException {
        record.volleys = ticker.nanos();
        for (int i = 0; record.inFlight < IN_FLIGHT; i++) {
            if (i == VOLLEYS) {
                throw new DrillFailed("never " + IN_FLIGHT + " requests in flight before the fault, " + record.inFlight
                        + " at most");
            }
            volley(i);
        }
        out.accept("fault, with " + record.inFlight + " requests in flight");
        AtomicBoolean caused = new AtomicBoolean();
        Thread volleys = Thread.ofVirtual().start(() -> volleysUntil(caused));
        record.fault = ticker.nanos();
        try {
            stack.shell().must(bash, COMMAND);
        } finally {
            caused.set(true);
            volleys.join();
        }
    }

    private void volleysUntil(AtomicBoolean caused) {
        try {
            for (int i = 0; !caused.get() && i < VOLLEYS_DURING_FAULT; i++) {
                volley(i);
            }
        } catch (InterruptedException e) {
            // The drill is being ended.
            return;
        }
    }

    private void volley(int number) throws InterruptedException {
        long from = ticker.nanos();
        load.volley(VOLLEY);
        ticker.sleep(Duration.ofMillis(LOOK_AFTER_MILLIS[number % LOOK_AFTER_MILLIS.length]));
        int seen = watch.inFlight();
        synchronized (record) {
            record.inFlight = Math.max(record.inFlight, seen);
        }
        ticker.sleep(BETWEEN_VOLLEYS.minusNanos(ticker.nanos() - from));
    }

    private void detect(Duration limit) throws DrillFailed, InterruptedException {
        long from = ticker.nanos();
        if (!await(limit, () -> watch.since(from).stream().anyMatch(each -> each.shows(cause.alert())))) {
            throw new DrillFailed(cause.alert().name() + " " + cause.alert().labels() + " did not fire within "
                    + limit.toSeconds() + " s; fired: " + watch.everFiring());
        }
        record.detected = ticker.nanos();
        out.accept("%s fires after %.1f s".formatted(cause.alert().name(), record.sinceFault(record.detected)));
    }

    /** Runs what the runbook says for this phase; goes on after a step that did not show what it must. */
    private boolean run(Step.Phase phase) throws IOException, InterruptedException {
        boolean held = true;
        for (Step step : runbook.steps(cause, phase)) {
            StepRunner.Result result = steps.run(step, cause.name());
            String what = phase.name().toLowerCase(java.util.Locale.ROOT) + ", line " + step.line();
            if (result.held()) {
                out.accept("  ok      " + what + ": " + step.title());
            } else {
                held = false;
                out.accept("  FAILED  " + what + ": " + result.complaint() + "\n"
                        + result.last().tail(25).indent(12).stripTrailing());
                record.failures.add(result.complaint());
            }
        }
        return held;
    }

    private void recover() throws DrillFailed, InterruptedException {
        long from = ticker.nanos();
        boolean silent = await(RECOVERY, () -> {
            List<Watch.Look> looks = watch.since(from);
            return !looks.isEmpty() && !looks.getLast().shows(cause.alert());
        });
        if (!silent) {
            throw new DrillFailed(
                    cause.alert().name() + " still fires " + RECOVERY.toSeconds() + " s after the resolution");
        }
        record.recovered = ticker.nanos();
        out.accept("recovered after %.1f s".formatted(record.sinceFault(record.recovered)));
    }

    /** Silent for a moment is not well: where a worker dies again and again, nothing is known of it while it starts. */
    private void staysBroken(Duration notBefore) throws DrillFailed, InterruptedException {
        Long fault = record.fault;
        long from = ticker.nanos();
        long left = notBefore.toNanos() - (fault == null ? 0 : from - fault);
        boolean over = await(Duration.ofNanos(left).plus(WELL), () -> {
            long since = ticker.nanos() - WELL.toNanos();
            List<Watch.Look> looks = watch.since(since);
            return since >= from && !looks.isEmpty() && looks.stream().noneMatch(each -> each.shows(cause.alert()));
        });
        if (over) {
            throw new DrillFailed("it got well without the resolution");
        }
    }

    /** Whether it came true in time. */
    private boolean await(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long from = ticker.nanos();
        while (!condition.getAsBoolean()) {
            if (ticker.nanos() - from > limit.toNanos()) {
                return false;
            }
            ticker.sleep(POLL);
        }
        return true;
    }

    private void end() throws IOException, InterruptedException {
        try {
            record.ended = ticker.nanos();
            record.alertsSeen.addAll(watch.everFiring());
            record.asked = load.stop();
            if (record.control == Control.NONE) {
                new RowReader(stack.shell(), watch).read(record);
            }
            record.counts = watch.counts();
            record.kills = deaths.killedWorkers();
        } finally {
            deaths.close();
            load.close();
            watch.close();
        }
    }
}
