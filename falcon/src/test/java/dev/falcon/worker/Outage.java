package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.MetricsWatch;
import dev.falcon.testing.SteadyLoad;
import dev.falcon.testing.SteadyLoad.Sent;
import dev.falcon.testing.WorkerLog;
import dev.falcon.testing.WorkerProcess;
import java.time.Duration;
import java.util.List;

/**
 * One dependency breaks under load and is mended: what every such outage must look like from outside, whichever the
 * dependency and whatever broke it. For use by one thread.
 */
final class Outage {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int PER_SECOND = 50;
    private static final int QUIET_REQUESTS = 25;
    private static final int OUTAGE_REQUESTS = 40;

    /** What an open breaker may add to the middle of the latencies: nothing, and a busy machine's noise. */
    private static final double NOISE_MILLIS = 400;

    private final WorkerProcess worker;
    private final Names names;

    /** What the contract calls things. */
    record Names(String dependency, String degraded, String downEvent, String downMessage, String upEvent) {
        static final Names REDIS =
                new Names("redis", "redis", "redis_unavailable", "Redis unavailable", "redis_available");
        static final Names POSTGRES = new Names("postgres", "database", "database_unavailable", "Database unavailable",
                "database_available");
    }

    /** A step of a test. */
    interface Step {
        void run() throws Exception;
    }

    /**
     * How something breaks.
     *
     * @param probe asserts by another way than the worker's that it is broken
     */
    record Fault(String name, Step breaks, Step probe, Step mends) {}

    /** What was sent while the breaker was open, and in all. */
    record Course(List<Sent> whileOpen, List<Sent> all) {}

    Outage(WorkerProcess worker, Names names) {
        this.worker = worker;
        this.names = names;
    }

    void awaitWell() {
        await().atMost(PATIENCE).until(() -> degraded().equals("[]"));
    }

    /** Puts the worker through it. */
    Course survived(Fault fault) throws Exception {
        awaitWell();
        int down = worker.log().of(names.downEvent()).size();
        int up = worker.log().of(names.upEvent()).size();
        int steps = steps().size();
        double failures = worker.metric("circuit_breaker_failures_total", label());
        double fallbacks = worker.metric("fallback_triggered_total", label());
        try (MetricsWatch watch = MetricsWatch.on(worker, names.dependency());
                SteadyLoad load = SteadyLoad.on(worker, fault.name(), PER_SECOND)) {
            awaitMore(load, QUIET_REQUESTS);
            double quiet = SteadyLoad.medianMillis(load.sent());

            fault.breaks().run();
            fault.probe().run();
            await().atMost(PATIENCE).until(() -> watch.state() == 1);
            long open = Ticker.system().nanos();
            awaitMore(load, OUTAGE_REQUESTS);
            assertThat(worker.get("/readyz").status()).isEqualTo(200);
            assertThat(degraded()).isEqualTo("[" + names.degraded() + "]");
            List<Sent> whileOpen = load.sentSince(open);

            fault.mends().run();
            await().atMost(PATIENCE).until(() -> watch.state() == 0);
            awaitWell();
            awaitMore(load, QUIET_REQUESTS);
            List<Sent> all = load.stop();

            assertThat(all).filteredOn(each -> !each.ok()).isEmpty();
            assertThat(SteadyLoad.medianMillis(whileOpen)).isLessThan(quiet + NOISE_MILLIS);
            assertThat(watch.unbalanced()).isEmpty();
            assertThat(watch.scrapes()).isGreaterThan(5);
            toldOnce(down, up);
            breakerWentRound(steps().subList(steps, steps().size()));
            assertThat(worker.metric("circuit_breaker_failures_total", label())).isGreaterThan(failures);
            assertThat(worker.metric("fallback_triggered_total", label())).isGreaterThan(fallbacks);
            return new Course(whileOpen, all);
        }
    }

    private void toldOnce(int down, int up) {
        List<WorkerLog.Line> told = worker.log().of(names.downEvent());
        assertThat(told).as(worker.log().toString()).hasSize(down + 1);
        assertThat(told.getLast().text("level")).isEqualTo("ERROR");
        assertThat(told.getLast().message()).startsWith(names.downMessage());
        worker.log().awaitNext(names.upEvent(), up);
        assertThat(worker.log().of(names.upEvent())).hasSize(up + 1);
    }

    /** From closed over open and half-open, as often as it takes, to closed; each step from where the last one led. */
    private void breakerWentRound(List<WorkerLog.Line> steps) {
        assertThat(steps).hasSizeGreaterThanOrEqualTo(3);
        assertThat(steps.getFirst().text("from")).isEqualTo("closed");
        assertThat(steps.getLast().text("to")).isEqualTo("closed");
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).text("from")).isEqualTo(steps.get(i - 1).text("to"));
        }
        assertThat(steps).extracting(step -> step.text("from") + " to " + step.text("to"))
                .containsOnlyOnce("closed to open", "half-open to closed")
                .isSubsetOf("closed to open", "open to half-open", "half-open to open", "half-open to closed");
    }

    private List<WorkerLog.Line> steps() {
        return worker.log()
                .of("breaker_changed")
                .stream()
                .filter(line -> line.text("dependency").equals(names.dependency()))
                .toList();
    }

    static void awaitMore(SteadyLoad load, int requests) {
        int before = load.ended();
        await().atMost(PATIENCE).until(() -> load.ended() >= before + requests);
    }

    private String degraded() {
        return worker.get("/readyz").text("degraded");
    }

    private String label() {
        return "dependency=\"" + names.dependency() + "\"";
    }
}
