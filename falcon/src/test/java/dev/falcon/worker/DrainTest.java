package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.SteadyLoad;
import dev.falcon.testing.SteadyLoad.Sent;
import dev.falcon.testing.WorkerLog;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What SIGTERM does: nothing that was accepted is lost, and what could not be finished in time is said. */
@Timeout(180)
final class DrainTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(5);

    @TempDir Path folder;

    @Test
    void aDrainUnderLoadLosesNothing() throws SQLException {
        WorkerSetup setup = WorkerSetup.in(folder).with("DRAIN_GRACE_SECONDS", Long.toString(GRACE.toSeconds()));
        try (WorkerProcess worker = setup.start(); SteadyLoad load = SteadyLoad.on(worker, "drain", 80)) {
            await().atMost(PATIENCE).until(() -> load.ended() >= 60);

            long told = Ticker.system().nanos();
            worker.sigterm();

            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> worker.get("/readyz").status() == 503);
            assertThat(worker.get("/readyz").flag("ready")).isFalse();
            WorkerReply late = worker.infer("who is still here?", "X-Request-ID", "drain-late");
            assertThat(late.status()).isEqualTo(200);
            assertThat(late.header("Connection")).isEqualToIgnoringCase("close");
            assertThat(worker.exitStatus()).as(worker.log().toString()).isEqualTo(143);
            List<Sent> sent = load.stop();

            assertThat(sent).as("failed otherwise than by a closed port").allMatch(each -> each.ok() || each.refused());
            assertThat(sent).filteredOn(Sent::refused)
                    .isNotEmpty()
                    .allMatch(each -> each.endedNanos() - told >= GRACE.toNanos());
            assertThat(sent).filteredOn(each -> each.ok() && each.sentNanos() - told > GRACE.toNanos() / 2)
                    .isNotEmpty()
                    .allMatch(Sent::closes);
            stepsAreToldInOrder(worker.log());
            List<String> answered = new ArrayList<>(sent.stream().filter(Sent::ok).map(Sent::requestId).toList());
            answered.add("drain-late");
            assertThat(requestsIn(setup.logFile())).containsExactlyInAnyOrderElementsOf(answered);
        }
    }

    private static void stepsAreToldInOrder(WorkerLog log) {
        List<WorkerLog.Line> steps = log.of("drain");
        assertThat(steps).extracting(WorkerLog.Line::message)
                .satisfiesExactly(step -> assertThat(step).contains("unready"),
                        step -> assertThat(step).contains("listener closes"),
                        step -> assertThat(step).contains("in flight"),
                        step -> assertThat(step).contains("log is flushed"),
                        step -> assertThat(step).isEqualTo("drained"));
        assertThat(steps).extracting(step -> step.number("elapsed_ms")).isSorted();
        assertThat(steps.get(1).number("elapsed_ms")).isGreaterThanOrEqualTo(GRACE.toMillis());
        assertThat(log.of("drain_incomplete")).isEmpty();
        assertThat(log.lines().getLast()).isEqualTo(steps.getLast());
    }

    @Test
    void anAnswerUnderWayIsFinishedAfterTheListenerClosed() {
        try (RealRedis redis = RealRedis.started(); FaultProxy proxy = FaultProxy.to(redis.port());
                WorkerProcess worker = patientWithRedis(proxy).start()) {
            await().atMost(PATIENCE).until(() -> worker.get("/readyz").text("degraded").equals("[]"));
            proxy.blackhole();
            CompletableFuture<WorkerReply> stuck = worker.inferSoon("a text that waits");
            await().atMost(PATIENCE).until(() -> worker.metric("inference_inflight") == 1);

            worker.sigterm();
            worker.log().awaitNext("drain", 1);
            proxy.pass();

            assertThat(stuck.join().status()).isEqualTo(200);
            assertThat(worker.exitStatus()).as(worker.log().toString()).isEqualTo(143);
        }
    }

    @Test
    void aRequestThatCannotEndInTimeIsCutOffAndSaid() {
        try (RealRedis redis = RealRedis.started(); FaultProxy proxy = FaultProxy.to(redis.port());
                WorkerProcess worker = patientWithRedis(proxy).with("GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS", "3").start()) {
            await().atMost(PATIENCE).until(() -> worker.get("/readyz").text("degraded").equals("[]"));
            proxy.blackhole();
            CompletableFuture<WorkerReply> stuck = worker.inferSoon("a text that waits for ever");
            await().atMost(PATIENCE).until(() -> worker.metric("inference_inflight") == 1);

            worker.sigterm();

            assertThat(worker.exitStatus()).as(worker.log().toString()).isEqualTo(1);
            await().atMost(PATIENCE).until(stuck::isCompletedExceptionally);
            assertThat(worker.log().of("drain_incomplete")).singleElement().satisfies(line -> {
                assertThat(line.text("level")).isEqualTo("ERROR");
                assertThat(line.message()).contains("1 request");
            });
        }
    }

    /** A worker whose requests wait a minute for Redis: the way to have one under way for as long as a test wants. */
    private WorkerSetup patientWithRedis(FaultProxy proxy) {
        return WorkerSetup.in(folder).withRedis(proxy.port()).with("REDIS_OPERATION_TIMEOUT_MS", "60000");
    }

    private static List<String> requestsIn(Path sqlite) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + sqlite);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT request_id FROM inference_logs ORDER BY rowid")) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }
}
