package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.MetricsPage;
import dev.falcon.testing.MetricsWatch;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.SteadyLoad;
import dev.falcon.testing.SteadyLoad.Sent;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import dev.falcon.worker.Outage.Course;
import dev.falcon.worker.Outage.Fault;
import dev.falcon.worker.Outage.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which PostgreSQL fails, under load: no request notices, and every answer has its row in the end, once. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PostgresFaultsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** What a kill may lose: requests answered in the last 200 ms, and 800 ms that a busy machine may add. */
    private static final Duration LOST_AT_MOST = Duration.ofSeconds(1);

    private RealPostgres postgres;
    private FaultProxy proxy;
    private WorkerProcess worker;
    private Outage outage;

    @BeforeAll
    void startAll(@TempDir Path folder) {
        postgres = RealPostgres.start();
        proxy = FaultProxy.to(postgres.port());
        worker = quick(WorkerSetup.in(folder.resolve("steady"))).withPostgres(proxy.port()).start();
        outage = new Outage(worker, Names.POSTGRES);
    }

    private static WorkerSetup quick(WorkerSetup setup) {
        return setup.with("POSTGRES_OPERATION_TIMEOUT_SECONDS", "1")
                .with("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "5")
                .with("CIRCUIT_BREAKER_TIMEOUT_SECONDS", "0.5")
                .with("CIRCUIT_BREAKER_HALF_OPEN_ATTEMPTS", "2")
                .with("RETRY_MAX_ATTEMPTS", "2");
    }

    @BeforeEach
    void theWayIsFree() {
        proxy.pass();
    }

    @AfterAll
    void stopAll() {
        Cleanup.close(worker, proxy, postgres);
    }

    @Test
    void aKilledServerLosesNoRow() throws Exception {
        survivesWhole(new Fault("killed", postgres::kill, () -> assertThatThrownBy(postgres::connect),
                postgres::restart));
    }

    @Test
    void aPausedServerLosesNoRow() throws Exception {
        survivesWhole(new Fault("paused", postgres::pause,
                () -> assertThatThrownBy(() -> connect(postgres.port(), "&loginTimeout=1")), postgres::resume));
    }

    @Test
    void aSlowServerLosesNoRow() throws Exception {
        survivesWhole(new Fault("slow", () -> proxy.latency(Duration.ofMillis(700)),
                () -> assertThatThrownBy(() -> connect(proxy.port(), "&loginTimeout=1")), proxy::pass));
    }

    @Test
    void aReadOnlyServerLosesNoRow() throws Exception {
        survivesWhole(new Fault("readonly", () -> readOnly("on"),
                () -> await().atMost(PATIENCE)
                        .until(() -> postgres.query("SHOW transaction_read_only").equals(List.of("on"))),
                () -> readOnly("off")));
    }

    private void readOnly(String value) {
        postgres.execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
        postgres.execute("SELECT pg_reload_conf()");
    }

    @Test
    void aLockedTableLosesNoRow() throws Exception {
        try (Connection holder = postgres.connect(); Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            survivesWhole(new Fault("locked",
                    () -> statement.execute("LOCK TABLE inference_logs IN ACCESS EXCLUSIVE MODE"),
                    () -> assertThatThrownBy(() -> postgres.executeInDatabase(
                            "SET lock_timeout = '100ms'; SELECT 1 FROM inference_logs LIMIT 1")),
                    holder::rollback));
        }
    }

    private void survivesWhole(Fault fault) throws Exception {
        int flushed = worker.log().of("logs_flushed").size();

        Course course = outage.survived(fault);

        everyAnswerHasItsRow(course.all(), worker, postgres::query);
        assertThat(worker.log().awaitNext("logs_flushed", flushed).message()).matches("Flushed [1-9]\\d* logs");
        assertThat(worker.metric("dropped_logs_total")).isZero();
    }

    @Test
    void aServerBehindALongWireIsNoOutage() throws Exception {
        try (MetricsWatch watch = MetricsWatch.on(worker, "postgres");
                SteadyLoad load = SteadyLoad.on(worker, "wire", 50)) {
            // What the test before did to the proxy, this worker may tell only now.
            Outage.awaitMore(load, 30);
            outage.awaitWell();
            int told = worker.log().of("database_unavailable").size();
            proxy.latency(Duration.ofMillis(60));
            Outage.awaitMore(load, 80);
            proxy.pass();
            List<Sent> sent = load.stop();

            everyAnswerHasItsRow(sent, worker, postgres::query);
            assertThat(watch.unbalanced()).isEmpty();
            // A wire that is long refuses nobody: who was refused was so by an end that the test before had made.
            assertThat(worker.log().of("database_unavailable").stream().skip(told).map(String::valueOf))
                    .allMatch(line -> line.contains(" refused"));
        }
    }

    @Test
    void whateverIsWrongAtTheStartIsFoundRightOnceItIs(@TempDir Path folder) throws Exception {
        String database = "made_later";
        Path password = Files.writeString(folder.resolve("password"), "wrong\n");
        postgres.kill();
        assertThatThrownBy(postgres::connect);
        try (WorkerProcess early = quick(WorkerSetup.in(folder.resolve("early"))).withPostgres(postgres.port())
                .with("POSTGRES_PASSWORD", "")
                .with("POSTGRES_PASSWORD_FILE", password.toString())
                .with("POSTGRES_DB", database)
                .start();
                MetricsWatch watch = MetricsWatch.on(early, "postgres");
                SteadyLoad load = SteadyLoad.on(early, "early", 50)) {
            early.log().awaitNext("database_unavailable", 0);
            Outage.awaitMore(load, 30);

            postgres.restart();
            assertThatThrownBy(() -> connectAsFalcon("wrong", database)).hasMessageContaining("password");
            awaitAnotherAttempt(early, load);

            Files.writeString(password, RealPostgres.PASSWORD + "\n");
            assertThatThrownBy(() -> connectAsFalcon(RealPostgres.PASSWORD, database))
                    .hasMessageContaining("does not exist");
            awaitAnotherAttempt(early, load);
            assertThat(early.get("/readyz").status()).isEqualTo(200);
            assertThat(early.get("/readyz").text("degraded")).isEqualTo("[database]");

            postgres.execute("CREATE DATABASE " + database + " OWNER " + RealPostgres.USER);
            await().atMost(PATIENCE).until(() -> early.get("/readyz").text("degraded").equals("[]"));
            List<Sent> sent = load.stop();

            everyAnswerHasItsRow(sent, early, sql -> rowsOf(database, sql));
            assertThat(early.log().of("database_unavailable")).hasSize(1);
            assertThat(early.log().toString()).doesNotContain(RealPostgres.PASSWORD);
            assertThat(watch.unbalanced()).isEmpty();
            assertThat(watch.states()).startsWith(1).endsWith(0);
        }
    }

    private void awaitAnotherAttempt(WorkerProcess early, SteadyLoad load) {
        double failures = early.metric("circuit_breaker_failures_total", "dependency=\"postgres\"");
        await().atMost(PATIENCE)
                .until(() -> early.metric("circuit_breaker_failures_total", "dependency=\"postgres\"") > failures);
        Outage.awaitMore(load, 20);
    }

    @Test
    void aWorkerKilledMeanwhileLosesNoMoreThanItSays(@TempDir Path folder) throws Exception {
        WorkerSetup setup = quick(WorkerSetup.in(folder.resolve("mortal"))).withPostgres(proxy.port());
        List<Sent> sent;
        long killed;
        try (WorkerProcess mortal = setup.start(); SteadyLoad load = SteadyLoad.on(mortal, "mortal", 80)) {
            await().atMost(PATIENCE).until(() -> mortal.metric("inference_log_written_total") > 0);
            proxy.refuse();
            assertThatThrownBy(() -> connect(proxy.port(), ""));
            Outage.awaitMore(load, 200);
            killed = Ticker.system().nanos();
            mortal.sigkill();
            sent = load.stop().stream().filter(Sent::ok).toList();
        }
        try (WorkerProcess heir = setup.start()) {
            MetricsPage found = heir.metrics();
            assertThat(found.count("inference_log_enqueued_total")).isPositive()
                    .isEqualTo(found.count("inference_log_pending"));
            assertThat(found.unbalanced()).isEmpty();
            assertThat(heir.log().of("spool_taken_over")).hasSize(1);

            proxy.pass();
            await().atMost(PATIENCE).until(() -> heir.metric("inference_log_pending") == 0);

            List<String> rows =
                    postgres.query("SELECT request_id FROM inference_logs WHERE request_id LIKE 'mortal-%'");
            assertThat(rows).doesNotHaveDuplicates();
            assertThat(sent).filteredOn(each -> killed - each.endedNanos() > LOST_AT_MOST.toNanos())
                    .hasSizeGreaterThan(50)
                    .extracting(Sent::requestId)
                    .isSubsetOf(rows);
            assertThat(heir.metrics().count("inference_log_written_total"))
                    .isEqualTo(found.count("inference_log_enqueued_total"));
        }
    }

    /** One row for each answer, none for anything else, and none written after one of a request that began later. */
    private static void everyAnswerHasItsRow(List<Sent> sent, WorkerProcess worker,
            Function<String, List<String>> query) {
        await().atMost(PATIENCE).until(() -> worker.metric("inference_log_pending") == 0);
        assertThat(sent).isNotEmpty().allMatch(Sent::ok);
        String ours = " FROM inference_logs WHERE success AND request_id LIKE '"
                + sent.getFirst().requestId().replaceAll("\\d+$", "") + "%'";
        assertThat(query.apply("SELECT request_id" + ours))
                .containsExactlyInAnyOrderElementsOf(sent.stream().map(Sent::requestId).toList());

        // Batches are transactions, one after the other; within one the server puts rows wherever it has room.
        Map<String, Sent> byId = sent.stream().collect(Collectors.toMap(Sent::requestId, Function.identity()));
        List<String> batches = query.apply("SELECT string_agg(request_id, ' ')" + ours
                + " GROUP BY xmin::text::bigint ORDER BY xmin::text::bigint");
        long latestBegin = Long.MIN_VALUE;
        for (String batch : batches) {
            List<Sent> rows = Stream.of(batch.split(" ")).map(id -> Objects.requireNonNull(byId.get(id))).toList();
            long begin = latestBegin;
            assertThat(rows).allMatch(row -> row.endedNanos() > begin);
            latestBegin = Math.max(begin, rows.stream().mapToLong(Sent::sentNanos).max().orElseThrow());
        }
    }

    private static void connect(int port, String options) throws SQLException {
        DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres" + options)
                .close();
    }

    private void connectAsFalcon(String password, String database) throws SQLException {
        DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database,
                RealPostgres.USER, password).close();
    }

    private List<String> rowsOf(String database, String sql) {
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/" + database + "?user=postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
