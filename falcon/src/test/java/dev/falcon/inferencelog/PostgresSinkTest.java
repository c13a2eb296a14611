package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.Scraped;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresSinkTest extends LogSinkContract {

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    @Override
    LogSink sink() {
        LogSink sink = DATABASE.sink(Clock.systemUTC());
        assertThat(sink.probe()).isEmpty();
        return sink;
    }

    @Override
    List<String> query(String sql) {
        return DATABASE.query(sql);
    }

    @Test
    void threeSinksThatStartAtOnceMakeOneTable() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Optional<String>>> probes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                LogSink sink = DATABASE.sink(Clock.systemUTC());
                probes.add(threads.submit(sink::probe));
            }
            for (Future<Optional<String>> probe : probes) {
                assertThat(probe.get()).isEmpty();
            }
        }
        assertThat(DATABASE.partitions()).hasSize(1 + Partitions.DAYS_AHEAD);
        assertThat(DATABASE.query("SELECT version FROM flyway_schema_history WHERE version = '1'"))
                .containsExactly("1");
    }

    @Test
    void todayAndThreeDaysAheadHavePartitions() {
        LogSink sink = DATABASE.sink(InstantSource.fixed(Instant.parse("2026-02-27T23:59:59.999999Z")));
        assertThat(sink.probe()).isEmpty();

        assertThat(DATABASE.partitions()).containsExactly("inference_logs_p20260227", "inference_logs_p20260228",
                "inference_logs_p20260301", "inference_logs_p20260302");
        assertThat(Scraped.value(DATABASE.metrics(), "inference_log_partition_days_ahead")).isEqualTo(3);
    }

    @Test
    void theDayChangesAtMidnightUtc() {
        Instant midnight = Instant.parse("2026-03-01T00:00:00Z");
        AtomicReference<Instant> now = new AtomicReference<>(midnight.minusNanos(1000));
        LogSink sink = DATABASE.sink(now::get);
        assertThat(sink.probe()).isEmpty();

        List<LogRow> rows = new ArrayList<>(Records.rows(now.get(), 0, 1));
        rows.addAll(Records.rows(midnight, 1, 2));
        assertThat(sink.write(rows)).isInstanceOf(WriteResult.Committed.class);
        now.set(midnight);
        sink.maintain();

        assertThat(DATABASE.query("SELECT request_id FROM inference_logs_p20260228")).containsExactly("r-0");
        assertThat(DATABASE.query("SELECT request_id FROM inference_logs_p20260301")).containsExactly("r-1");
        assertThat(DATABASE.partitions()).contains("inference_logs_p20260304");
        assertThat(Scraped.value(DATABASE.metrics(), "inference_log_partition_days_ahead")).isEqualTo(3);
    }

    @Test
    void aDayWithoutPartitionGetsOneOnDemand() {
        LogSink sink = sink();
        Instant longAgo = Instant.parse("2025-12-31T12:00:00Z");

        assertThat(sink.write(Records.rows(longAgo, 0, 5))).isInstanceOf(WriteResult.Committed.class);

        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs_p20251231")).containsExactly("5");
    }

    @Test
    void aPartitionThatSomebodyDroppedIsMadeAgain() {
        LogSink sink = sink();
        Instant day = Instant.parse("2026-01-15T12:00:00Z");
        sink.write(Records.rows(day, 0, 1));
        DATABASE.server().executeInDatabase("DROP TABLE inference_logs_p20260115");

        WriteResult first = sink.write(Records.rows(day, 1, 2));
        WriteResult second = sink.write(Records.rows(day, 1, 2));

        assertThat(first).isInstanceOf(WriteResult.Committed.class);
        assertThat(second).isInstanceOf(WriteResult.Committed.class);
    }

    @Test
    void aRowIsTheSameWhicheverWayItIsWritten() {
        LogSink sink = sink();
        Instant time = Instant.parse("1999-12-31T23:59:59.999999Z");
        List<LogRow> copied = Records.rows(time, 0, 3);
        sink.write(Records.rows(time, 3, 4));
        forbidInsert();
        assertThat(sink.write(copied)).isInstanceOf(WriteResult.Committed.class);
        allowInsert();
        DATABASE.server()
                .executeInDatabase("DELETE FROM inference_logs WHERE id NOT IN ("
                        + copied.stream()
                                .map(row -> "'" + row.id() + "'")
                                .collect(java.util.stream.Collectors.joining(", "))
                        + ")");
        String all = "SELECT string_agg(inference_logs::text, ';' ORDER BY id, item) FROM inference_logs";
        List<String> byCopy = DATABASE.query(all);
        DATABASE.server().executeInDatabase("TRUNCATE inference_logs");
        forbidCopy();

        assertThat(sink.write(copied)).isInstanceOf(WriteResult.Committed.class);

        assertThat(DATABASE.query(all)).isEqualTo(byCopy);
        assertThat(byCopy.getFirst()).contains("1999-12-31");
    }

    private static void forbidInsert() {
        DATABASE.server()
                .executeInDatabase("CREATE FUNCTION copies_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF current_query() NOT LIKE 'COPY %' THEN RAISE EXCEPTION 'no COPY'; END IF; RETURN NULL;"
                        + " END $$");
        DATABASE.server()
                .executeInDatabase("CREATE TRIGGER copies_only BEFORE INSERT ON inference_logs FOR EACH STATEMENT"
                        + " EXECUTE FUNCTION copies_only()");
    }

    private static void allowInsert() {
        DATABASE.server().executeInDatabase("DROP FUNCTION copies_only CASCADE");
    }

    /** PostgreSQL takes no COPY into a table whose rows are under a policy, from nobody who is bound by it. */
    private static void forbidCopy() {
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs ENABLE ROW LEVEL SECURITY");
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs FORCE ROW LEVEL SECURITY");
        DATABASE.server()
                .executeInDatabase(
                        "CREATE POLICY everything ON inference_logs USING (true) WITH CHECK (true)");
    }

    @Test
    void aBatchOfWhichSomeIsThereIsWrittenWithoutLeavingItsTransactionOpen() {
        LogSink sink = sink();
        Instant now = Instant.now(Clock.systemUTC());
        List<LogRow> rows = Records.rows(now, 0, 10);
        sink.write(rows.subList(3, 6));

        assertThat(sink.write(rows)).isInstanceOf(WriteResult.Committed.class);
        assertThat(sink.write(Records.rows(now, 10, 12))).isInstanceOf(WriteResult.Committed.class);

        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("12");
        assertThat(DATABASE.query("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"))
                .containsExactly("0");
    }

    @Test
    void makingADayWaitsForNoReaderAndNoWriter() throws Exception {
        LogSink sink = sink();
        try (var reader = DATABASE.server().connect(); var statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("LOCK TABLE inference_logs IN ROW EXCLUSIVE MODE");

            assertThat(sink.write(Records.rows(Instant.parse("2025-11-11T11:11:11Z"), 0, 1)))
                    .isInstanceOf(WriteResult.Committed.class);
            reader.rollback();
        }
    }

    @Test
    void theStatementsOfTheRunbookWork() {
        LogSink sink = sink();
        sink.write(Records.rows(Instant.now(Clock.systemUTC()), 0, 40));
        sink.write(Records.rows(Instant.now(Clock.systemUTC()).minus(Duration.ofDays(40)), 40, 50));

        assertThat(DATABASE.query(
                "SELECT COUNT(*) FROM inference_logs WHERE created_at > NOW() - INTERVAL '1 minute'"))
                .containsExactly("40");
        DATABASE.server().executeInDatabase("DELETE FROM inference_logs WHERE created_at < NOW() - INTERVAL '30 days'");
        DATABASE.server().executeInDatabase("VACUUM ANALYZE inference_logs");
        assertThat(DATABASE.query("SELECT COUNT(*) FROM inference_logs")).containsExactly("40");
    }

    @Test
    void aDatabaseThatCameBackEmptyGetsItsTableAgain() {
        LogSink sink = sink();
        DATABASE.empty();

        assertThat(sink.probe()).isPresent();
        assertThat(sink.probe()).isEmpty();
        assertThat(sink.write(Records.rows(Instant.now(Clock.systemUTC()), 0, 1)))
                .isInstanceOf(WriteResult.Committed.class);
    }

    @Test
    void anotherProgramsTableIsNoHindrance() {
        DATABASE.server().executeInDatabase("CREATE TABLE something_else (id integer)");
        try {
            assertThat(DATABASE.sink(Clock.systemUTC()).probe()).isEmpty();
            assertThat(DATABASE.partitions()).isNotEmpty();
        } finally {
            DATABASE.server().executeInDatabase("DROP TABLE something_else");
        }
    }

    @Test
    void aPasswordFileThatCannotBeReadIsNamed() {
        LogSetup setup = DATABASE.setup(Path.of("unused")).passwordFile(Path.of("no-such-folder/password"));
        LogSink sink = DATABASE.sink(setup, Clock.systemUTC(), 30);

        assertThat(sink.probe()).get().asString().contains("no-such-folder/password");
    }

    @Test
    void theClocksAreCompared() {
        LogSink sink = DATABASE.sink(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(90)));
        assertThat(sink.probe()).isEmpty();

        assertThat(Scraped.value(DATABASE.metrics(), "clock_offset_seconds")).isBetween(89.0, 91.0);
    }

    @Test
    void theDatabasesMetersMove() {
        LogSink sink = sink();
        sink.write(Records.rows(Instant.now(Clock.systemUTC()), 0, 1));

        assertThat(
                Scraped.value(DATABASE.metrics(), "db_operations_total", "operation=\"insert\"", "status=\"success\""))
                .isEqualTo(1);
        assertThat(Scraped.value(DATABASE.metrics(), "db_operation_duration_seconds_count", "operation=\"migrate\"",
                "status=\"success\"")).isEqualTo(1);
        assertThat(Scraped.value(DATABASE.metrics(), "db_connection_pool_size")).isPositive();
    }

    @Test
    void aBatchThatFailsAloneIsToldFromADatabaseThatFails() {
        LogSink sink = sink();
        Instant now = Instant.now(Clock.systemUTC());
        DATABASE.server()
                .executeInDatabase("CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS "
                        + "$$ BEGIN IF NEW.request_id = 'r-3' THEN RAISE EXCEPTION 'not %', NEW.text; END IF; RETURN NEW; END $$");
        DATABASE.server()
                .executeInDatabase(
                        "CREATE TRIGGER odd BEFORE INSERT ON inference_logs FOR EACH ROW EXECUTE FUNCTION odd()");

        assertThat(sink.write(Records.rows(now, 0, 10))).isEqualTo(new WriteResult.Obstructed("SQLSTATE P0001"));
        assertThat(sink.write(Records.rows(now, 10, 20))).isEqualTo(new WriteResult.Committed(0));
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("10");

        DATABASE.server().executeInDatabase("REVOKE INSERT ON inference_logs FROM falcon");
        assertThat(sink.write(Records.rows(now, 20, 30))).isInstanceOf(WriteResult.Unavailable.class);
        DATABASE.server().executeInDatabase("GRANT INSERT ON inference_logs TO falcon");
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs RENAME TO elsewhere");
        assertThat(sink.write(Records.rows(now, 20, 30))).isInstanceOf(WriteResult.Unavailable.class);
    }

    @Test
    void aDayWithoutAPartitionThatCanBeMadeIsAnObstructionAndNoOutage() {
        LogSink sink = sink();
        for (int which = 1; which <= 9; which++) {
            DATABASE.server()
                    .executeInDatabase("CREATE TABLE "
                            + Partition.name(java.time.LocalDate.parse("2026-01-15"), which) + " (mine text)");
        }
        assertThat(sink.write(Records.rows(Instant.parse("2026-01-15T12:00:00Z"), 0, 3)))
                .isEqualTo(new WriteResult.Obstructed("SQLSTATE 42P07"));
    }

    @Test
    void aServerTooOldIsNamed() {
        assertThat(PostgresSink.tooOld(130_014)).get().asString().contains("13", "14");
        assertThat(PostgresSink.tooOld(140_000)).isEmpty();
    }
}
