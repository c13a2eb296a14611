package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.telemetry.LogBooks;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which PostgreSQL fails, under load: nothing is lost, nothing doubled, the order kept, the books right. */
class PostgresOutageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir Path folder;

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();
    /** By transaction, which is the order of batches, and by stamp within each: a row's place may be one left by another. */
    private String order = "xmin::text::bigint, id";

    /** Something that breaks the database, or mends it. */
    private interface Step {
        void run() throws Exception;
    }

    @Test
    void recordsAreWrittenWhileAllIsWell() throws Exception {
        InferenceLog log = DATABASE.setup(folder).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> log.books().written() > 500);
            everythingArrives(log, load);
        }
    }

    @Test
    void aKilledServerCostsNothing() throws Exception {
        survives(DATABASE.setup(folder), DATABASE.server()::kill, DATABASE.server()::restart);
    }

    @Test
    void aPausedServerCostsNothing() throws Exception {
        survives(DATABASE.setup(folder), DATABASE.server()::pause, DATABASE.server()::resume);
    }

    @Test
    void aReadOnlyServerCostsNothing() throws Exception {
        survives(DATABASE.setup(folder),
                () -> readOnly("on"),
                () -> readOnly("off"));
    }

    private void readOnly(String value) {
        DATABASE.server().execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
        DATABASE.server().execute("SELECT pg_reload_conf()");
    }

    @Test
    void aLockOnTheTableCostsNothing() throws Exception {
        try (Connection holder = DATABASE.server().connect(); Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            survives(DATABASE.setup(folder),
                    () -> statement.execute("LOCK TABLE inference_logs IN ACCESS EXCLUSIVE MODE"),
                    holder::rollback);
        }
    }

    @Test
    void aSlowServerOverflowsNothing() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(DATABASE.server().port())) {
            InferenceLog log = new LogSetup(folder).server(proxy.port()).open();
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
        DATABASE.server().stop();
        InferenceLog log = DATABASE.setup(folder).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            DATABASE.server().restart();
            everythingArrives(log, load);
        }
    }

    @Test
    void aPasswordCorrectedInItsFileIsTaken() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "wrong\n");
        InferenceLog log = DATABASE.setup(folder).passwordFile(file).open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            Files.writeString(file, RealPostgres.PASSWORD + "\n");
            everythingArrives(log, load);
        }
    }

    @Test
    void aDatabaseThatIsMadeLaterIsTaken() throws Exception {
        InferenceLog log = DATABASE.setup(folder).database("not_there_yet").open();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> load.offered() > 1200);
            assertThat(log.isAvailable()).isFalse();
            DATABASE.server().execute("CREATE DATABASE not_there_yet OWNER " + RealPostgres.USER);
            int offered = load.stop();
            await().atMost(PATIENCE).until(() -> log.books().written() == offered);
        }
        LogSetup.close(log);
    }

    /** Lets the database itself number rows as they come: after a crash it fills old pages again. */
    private void numberRows() {
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs ADD COLUMN arrival bigserial");
        order = "arrival";
    }

    private void survives(LogSetup setup, Step failure, Step recovery) throws Exception {
        InferenceLog log = setup.open();
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
        assertThat(LogSetup.close(log)).isEqualTo(new FlushReport(0, 0, 0));
        List<String> expected = IntStream.range(0, offered).mapToObj(n -> "r-" + n).toList();
        List<String> found = DATABASE.query("SELECT request_id FROM inference_logs ORDER BY " + order);
        assertThat(found).hasSize(offered).doesNotHaveDuplicates();
        assertThat(found.equals(expected)).as("in the order of the offers").isTrue();
    }
}
