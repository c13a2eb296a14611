package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.RealPostgres;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresSinkTest extends LogSinkContract {

    private static RealPostgres postgres;

    private final List<LogSink> opened = new ArrayList<>();
    private Metrics metrics = new Metrics("worker-1", Ticker.system());

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

    @AfterEach
    void closeSinks() {
        opened.forEach(LogSink::close);
    }

    @Override
    LogSink sink() {
        LogSink sink = open(Clock.systemUTC());
        assertThat(sink.probe()).isEmpty();
        return sink;
    }

    private LogSink open(InstantSource clock) {
        metrics = new Metrics("worker-1", Ticker.system());
        LogBench bench = new LogBench(Path.of("unused")).server(postgres.port()).timeout(Duration.ofSeconds(10));
        LogSink sink = new PostgresSink(new PostgresPool(bench.postgres(), "worker-1", metrics.database()),
                metrics.database(), Ticker.system(), clock);
        opened.add(sink);
        return sink;
    }

    @Override
    List<String> query(String sql) {
        return postgres.query(sql);
    }

    private static List<String> partitions() {
        return postgres.query(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inference_logs'::regclass "
                        + "ORDER BY 1");
    }

    @Test
    void threeSinksThatStartAtOnceMakeOneTable() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<Optional<String>>> probes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                LogSink sink = open(Clock.systemUTC());
                probes.add(threads.submit(sink::probe));
            }
            for (Future<Optional<String>> probe : probes) {
                assertThat(probe.get()).isEmpty();
            }
        }
        assertThat(partitions()).hasSize(1 + Partitions.DAYS_AHEAD);
        assertThat(postgres.query("SELECT version FROM flyway_schema_history WHERE version = '1'"))
                .containsExactly("1");
    }

    @Test
    void todayAndThreeDaysAheadHavePartitions() {
        LogSink sink = open(InstantSource.fixed(Instant.parse("2026-02-27T23:59:59.999999Z")));
        assertThat(sink.probe()).isEmpty();

        assertThat(partitions()).containsExactly("inference_logs_p20260227", "inference_logs_p20260228",
                "inference_logs_p20260301", "inference_logs_p20260302");
        assertThat(Scraped.value(metrics, "inference_log_partition_days_ahead")).isEqualTo(3);
    }

    @Test
    void theDayChangesAtMidnightUtc() {
        Instant midnight = Instant.parse("2026-03-01T00:00:00Z");
        AtomicReference<Instant> now = new AtomicReference<>(midnight.minusNanos(1000));
        LogSink sink = open(now::get);
        assertThat(sink.probe()).isEmpty();

        List<LogRow> rows = new ArrayList<>(Records.rows(now.get(), 0, 1));
        rows.addAll(Records.rows(midnight, 1, 2));
        assertThat(sink.write(rows)).isInstanceOf(WriteResult.Committed.class);
        now.set(midnight);
        sink.maintain();

        assertThat(postgres.query("SELECT request_id FROM inference_logs_p20260228")).containsExactly("r-0");
        assertThat(postgres.query("SELECT request_id FROM inference_logs_p20260301")).containsExactly("r-1");
        assertThat(partitions()).contains("inference_logs_p20260304");
        assertThat(Scraped.value(metrics, "inference_log_partition_days_ahead")).isEqualTo(3);
    }

    @Test
    void aDayWithoutPartitionGetsOneOnDemand() {
        LogSink sink = sink();
        Instant longAgo = Instant.parse("2025-12-31T12:00:00Z");

        assertThat(sink.write(Records.rows(longAgo, 0, 5))).isInstanceOf(WriteResult.Committed.class);

        assertThat(postgres.query("SELECT count(*) FROM inference_logs_p20251231")).containsExactly("5");
    }

    @Test
    void aPartitionThatSomebodyDroppedIsMadeAgain() {
        LogSink sink = sink();
        Instant day = Instant.parse("2026-01-15T12:00:00Z");
        sink.write(Records.rows(day, 0, 1));
        postgres.executeInDatabase("DROP TABLE inference_logs_p20260115");

        WriteResult first = sink.write(Records.rows(day, 1, 2));
        WriteResult second = sink.write(Records.rows(day, 1, 2));

        assertThat(first).isInstanceOf(WriteResult.Unavailable.class);
        assertThat(second).isInstanceOf(WriteResult.Committed.class);
    }

    @Test
    void makingADayWaitsForNoReaderAndNoWriter() throws Exception {
        LogSink sink = sink();
        try (var reader = postgres.connect(); var statement = reader.createStatement()) {
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

        assertThat(postgres.query(
                "SELECT COUNT(*) FROM inference_logs WHERE created_at > NOW() - INTERVAL '1 minute'"))
                .containsExactly("40");
        postgres.executeInDatabase("DELETE FROM inference_logs WHERE created_at < NOW() - INTERVAL '30 days'");
        postgres.executeInDatabase("VACUUM ANALYZE inference_logs");
        assertThat(postgres.query("SELECT COUNT(*) FROM inference_logs")).containsExactly("40");
    }

    @Test
    void aDatabaseThatCameBackEmptyGetsItsTableAgain() {
        LogSink sink = sink();
        emptyDatabase();

        assertThat(sink.probe()).isPresent();
        assertThat(sink.probe()).isEmpty();
        assertThat(sink.write(Records.rows(Instant.now(Clock.systemUTC()), 0, 1)))
                .isInstanceOf(WriteResult.Committed.class);
    }

    @Test
    void anotherProgramsTableIsNoHindrance() {
        postgres.executeInDatabase("CREATE TABLE something_else (id integer)");
        try {
            assertThat(open(Clock.systemUTC()).probe()).isEmpty();
            assertThat(partitions()).isNotEmpty();
        } finally {
            postgres.executeInDatabase("DROP TABLE something_else");
        }
    }

    @Test
    void aPasswordFileThatCannotBeReadIsNamed() {
        LogBench bench = new LogBench(Path.of("unused")).server(postgres.port())
                .passwordFile(Path.of("no-such-folder/password"));
        LogSink sink = new PostgresSink(new PostgresPool(bench.postgres(), "worker-1", metrics.database()),
                metrics.database(), Ticker.system(), Clock.systemUTC());
        opened.add(sink);

        assertThat(sink.probe()).get().asString().contains("no-such-folder/password");
    }

    @Test
    void theClocksAreCompared() {
        LogSink sink = open(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(90)));
        assertThat(sink.probe()).isEmpty();

        assertThat(Scraped.value(metrics, "clock_offset_seconds")).isBetween(89.0, 91.0);
    }

    @Test
    void theDatabasesMetersMove() {
        LogSink sink = sink();
        sink.write(Records.rows(Instant.now(Clock.systemUTC()), 0, 1));

        assertThat(Scraped.value(metrics, "db_operations_total", "operation=\"insert\"", "status=\"success\""))
                .isEqualTo(1);
        assertThat(Scraped.value(metrics, "db_operation_duration_seconds_count", "operation=\"migrate\"",
                "status=\"success\"")).isEqualTo(1);
        assertThat(Scraped.value(metrics, "db_connection_pool_size")).isPositive();
    }

    @Test
    void aServerTooOldIsNamed() {
        assertThat(PostgresSink.tooOld(130_014)).get().asString().contains("13", "14");
        assertThat(PostgresSink.tooOld(140_000)).isEmpty();
    }
}
