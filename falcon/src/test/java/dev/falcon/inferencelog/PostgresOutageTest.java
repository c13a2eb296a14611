package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.telemetry.LogBooks;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which PostgreSQL fails, under load: nothing is lost, nothing doubled, the order kept, the books right. */
class PostgresOutageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir Path folder;

    private static RealPostgres postgres;
    /** By transaction, which is the order of batches, and by stamp within each: a row's place may be one left by another. */
    private String order = "xmin::text::bigint, id";

    @BeforeAll
    static void startServer() {
        postgres = RealPostgres.start();
    }

    @AfterAll
    static void stopServer() {
        Cleanup.close(postgres);
    }

    @BeforeEach
    void emptyDatabase() {
        postgres.executeInDatabase("DROP TABLE IF EXISTS inference_logs, flyway_schema_history CASCADE");
    }

    /** Something that breaks the database, or mends it. */
    private interface Step {
        void run() throws Exception;
    }

    @Test
    void recordsAreWrittenWhileAllIsWell() throws Exception {
        InferenceLog log = new LogBench(folder).server(postgres.port()).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> log.books().written() > 500);
            everythingArrives(log, load);
        }
    }

    @Test
    void aKilledServerCostsNothing() throws Exception {
        survives(new LogBench(folder).server(postgres.port()), postgres::kill, postgres::restart);
    }

    @Test
    void aPausedServerCostsNothing() throws Exception {
        survives(new LogBench(folder).server(postgres.port()), postgres::pause, postgres::resume);
    }

    @Test
    void aReadOnlyServerCostsNothing() throws Exception {
        survives(new LogBench(folder).server(postgres.port()),
                () -> readOnly("on"),
                () -> readOnly("off"));
    }

    private void readOnly(String value) {
        postgres.execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
        postgres.execute("SELECT pg_reload_conf()");
    }

    @Test
    void aLockOnTheTableCostsNothing() throws Exception {
        try (Connection holder = postgres.connect(); Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            survives(new LogBench(folder).server(postgres.port()),
                    () -> statement.execute("LOCK TABLE inference_logs IN ACCESS EXCLUSIVE MODE"),
                    holder::rollback);
        }
    }

    @Test
    void aSlowServerOverflowsNothing() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(postgres.port())) {
            InferenceLog log = new LogBench(folder).server(proxy.port()).open();
            try (Load load = Load.on(log)) {
                await().atMost(PATIENCE).until(() -> log.books().written() > 200);
                proxy.latency(Duration.ofMillis(150));
                int before = load.offered();
                await().atMost(PATIENCE).until(() -> load.offered() > before + 2000);
                proxy.pass();
                everythingArrives(log, load);
            }
        }
    }

    @Test
    void anAbsentServerIsFoundWhenItComes() throws Exception {
        postgres.stop();
        InferenceLog log = new LogBench(folder).server(postgres.port()).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            postgres.restart();
            everythingArrives(log, load);
        }
    }

    @Test
    void aPasswordCorrectedInItsFileIsTaken() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "wrong\n");
        InferenceLog log = new LogBench(folder).server(postgres.port()).passwordFile(file).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            Files.writeString(file, RealPostgres.PASSWORD + "\n");
            everythingArrives(log, load);
        }
    }

    @Test
    void aDatabaseThatIsMadeLaterIsTaken() throws Exception {
        InferenceLog log = new LogBench(folder).server(postgres.port()).database("not_there_yet").open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            postgres.execute("CREATE DATABASE not_there_yet OWNER " + RealPostgres.USER);
            int offered = load.stop();
            await().atMost(PATIENCE).until(() -> log.books().written() == offered);
        }
        LogBench.close(log);
    }

    /** Lets the database itself number rows as they come: after a crash it fills old pages again. */
    private void numberRows() {
        postgres.executeInDatabase("ALTER TABLE inference_logs ADD COLUMN arrival bigserial");
        order = "arrival";
    }

    private void survives(LogBench bench, Step failure, Step recovery) throws Exception {
        InferenceLog log = bench.open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> log.books().written() > 200);
            numberRows();
            failure.run();
            int before = load.offered();
            await().atMost(PATIENCE).until(() -> load.offered() > before + 1500);
            await().atMost(PATIENCE).until(() -> !log.isAvailable());
            assertThat(log.books().pending()).isGreaterThan(500);
            assertThat(log.books().spoolBytes()).isPositive();
            recovery.run();
            everythingArrives(log, load);
        }
    }

    /** Ends the load and the log; every record must be there once, in the order of the offers. */
    private void everythingArrives(InferenceLog log, Load load) throws Exception {
        int offered = load.stop();
        await().atMost(PATIENCE).until(() -> log.books().pending() == 0);
        LogBooks end = log.books();
        assertThat(load.unbalanced()).isEmpty();
        assertThat(load.samples()).isGreaterThan(100);
        assertThat(load.slowOfferMillis()).isLessThan(200);
        assertThat(end.enqueued()).isEqualTo(offered);
        assertThat(end.written()).isEqualTo(offered);
        assertThat(end.oldestPendingSeconds()).isZero();
        assertThat(LogBench.close(log)).isEqualTo(new FlushReport(0, 0, 0));
        List<String> expected = IntStream.range(0, offered).mapToObj(n -> "r-" + n).toList();
        List<String> found = postgres.query("SELECT request_id FROM inference_logs ORDER BY " + order);
        assertThat(found).hasSize(offered).doesNotHaveDuplicates();
        assertThat(found.equals(expected)).as("in the order of the offers").isTrue();
    }
}
