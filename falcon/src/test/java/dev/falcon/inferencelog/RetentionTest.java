package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.LogBooks.DropReason;
import dev.falcon.testing.LogLines;
import dev.falcon.testing.Scraped;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Days past retention leave PostgreSQL, and nothing else does. Days are counted back from the real today. */
@Isolated("reads log lines, which other tests write too")
class RetentionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int KEPT = 30;

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    @TempDir Path folder;

    private final Instant now = Instant.now(Clock.systemUTC());
    private final LocalDate today = Partition.day(now);

    private PostgresSink sink() {
        PostgresSink sink = DATABASE.sink(Clock.systemUTC(), KEPT);
        assertThat(sink.probe()).isEmpty();
        return sink;
    }

    /** Partitions with five rows each, of days so long ago, as an earlier worker made them. */
    private void days(int... ago) {
        PostgresSink everything = DATABASE.sink(Clock.systemUTC());
        assertThat(everything.probe()).isEmpty();
        for (int each : ago) {
            assertThat(everything.write(Records.rows(now.minus(Duration.ofDays(each)), each * 10, each * 10 + 5)))
                    .isEqualTo(new WriteResult.Committed(0));
        }
    }

    private String name(int ago) {
        return Partition.name(today.minusDays(ago), 1);
    }

    private static List<String> tables() {
        return DATABASE.query("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'inference%'");
    }

    private static double failures() {
        return Scraped.value(DATABASE.metrics(), "db_operations_total", "operation=\"retention\"",
                "status=\"error\"");
    }

    @Test
    void daysWhollyPastRetentionAreDroppedAndTold() {
        days(29, 30, 31, 45);
        PostgresSink sink = sink();
        try (LogLines lines = LogLines.of(Retention.class)) {
            sink.maintain();

            assertThat(lines.lines()).containsExactly(
                    "INFO dropped what is older than 30 days: " + name(45) + ", " + name(31));
        }
        assertThat(DATABASE.partitions()).contains(name(29), name(30)).doesNotContain(name(31), name(45));
        assertThat(tables()).doesNotContain(name(31), name(45));
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("10");
        assertThat(failures()).isZero();
    }

    @Test
    void writersDoNotFeelIt() throws Exception {
        days(31, 32, 33, 34, 35, 36);
        InferenceLog log = DATABASE.setup(folder).timeout(Duration.ofSeconds(5)).open();
        PostgresSink other = sink();
        try (Load load = Load.on(log)) {
            await().atMost(PATIENCE).until(() -> log.books().written() > 500);
            days(31, 32, 33, 34, 35, 36);
            long begin = Ticker.system().nanos();
            other.maintain();
            assertThat(DATABASE.partitions()).noneMatch(each -> each.compareTo(name(30)) < 0);
            assertThat(Duration.ofNanos(Ticker.system().nanos() - begin)).isLessThan(PATIENCE);
            int offered = load.stop();
            await().atMost(PATIENCE).until(() -> log.books().pending() == 0);
            assertThat(log.books().written()).isEqualTo(offered);
            assertThat(load.unbalanced()).isEmpty();
            assertThat(log.isAvailable()).isTrue();
        }
        LogSetup.close(log);
    }

    @Test
    void aReaderOnlyDelaysItAndHoldsNoWriterUp() throws Exception {
        days(40, 41);
        PostgresSink sink = sink();
        try (Connection reader = DATABASE.server().connect(); Statement statement = reader.createStatement();
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM inference_logs");
            Future<?> retention = thread.submit(sink::maintain);
            await().atMost(PATIENCE).until(RetentionTest::isWaiting);

            long begin = Ticker.system().nanos();
            assertThat(sink.write(Records.rows(now, 0, 5))).isEqualTo(new WriteResult.Committed(0));
            assertThat(sink.write(Records.rows(now.minus(Duration.ofDays(7)), 5, 9)))
                    .as("a day that has no partition yet")
                    .isEqualTo(new WriteResult.Committed(0));
            assertThat(Duration.ofNanos(Ticker.system().nanos() - begin))
                    .isLessThan(Duration.ofMillis(Retention.LOCK_TIMEOUT_MILLIS + 1000));
            retention.get();
            assertThat(failures()).isEqualTo(1);
            assertThat(tables()).contains(name(40), name(41));
            sink.maintain();
            assertThat(failures()).as("half detached, and still read").isEqualTo(2);
            reader.rollback();
        }
        sink.maintain();
        assertThat(failures()).isEqualTo(2);
        assertThat(tables()).doesNotContain(name(40), name(41));
    }

    private static boolean isWaiting() {
        return !DATABASE.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
                + "'%DETACH PARTITION%' AND pid <> pg_backend_pid()").isEmpty();
    }

    @Test
    void oneWorkerAtATimeTheOthersSkip() throws Exception {
        days(40);
        PostgresSink sink = sink();
        try (Connection other = DATABASE.server().connect(); Statement statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + Retention.ADVISORY_LOCK + ")");
            long begin = Ticker.system().nanos();
            sink.maintain();
            assertThat(Duration.ofNanos(Ticker.system().nanos() - begin)).isLessThan(Duration.ofSeconds(5));
            assertThat(DATABASE.partitions()).contains(name(40));
            assertThat(failures()).isZero();
        }
        sink.maintain();
        assertThat(DATABASE.partitions()).doesNotContain(name(40));
    }

    @Test
    void threeWorkersAtOnceDropEachDayOnce() throws Exception {
        days(31, 32, 33, 34);
        List<PostgresSink> sinks = List.of(sink(), sink(), sink());
        CountDownLatch together = new CountDownLatch(3);
        try (LogLines lines = LogLines.of(Retention.class);
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> runs = sinks.stream().<Future<?>>map(sink -> threads.submit(() -> {
                together.countDown();
                together.await();
                sink.maintain();
                return true;
            })).toList();
            for (Future<?> run : runs) {
                run.get();
            }
            assertThat(lines.with("dropped what is older")).hasSize(1);
            assertThat(lines.with("could not")).isEmpty();
        }
        assertThat(tables()).doesNotContain(name(31), name(32), name(33), name(34));
    }

    @Test
    void aWorkerThatDiedBetweenDetachingAndDroppingIsCleanedUpAfter() {
        days(40, 41);
        DATABASE.server().executeInDatabase("COMMENT ON TABLE " + name(40) + " IS '" + Retention.MARK + "'");
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs DETACH PARTITION " + name(40));
        sink().maintain();

        assertThat(tables()).doesNotContain(name(40), name(41));
    }

    @Test
    void tablesOfOthersAreLeftAlone() {
        days(40, 41, 42);
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs DETACH PARTITION " + name(40));
        DATABASE.server().executeInDatabase("ALTER TABLE " + name(41) + " RENAME TO kept_for_the_audit");
        DATABASE.server().executeInDatabase("CREATE TABLE " + name(50) + "(note text)");
        DATABASE.server()
                .executeInDatabase("CREATE TABLE inference_logs_p2001 PARTITION OF inference_logs "
                        + "FOR VALUES FROM ('2001-01-01') TO ('2002-01-01')");
        DATABASE.server()
                .executeInDatabase("CREATE TABLE inference_logs_p20030101 PARTITION OF inference_logs "
                        + "FOR VALUES FROM ('2003-01-01 00:00Z') TO ('2003-02-01 00:00Z')");
        sink().maintain();

        assertThat(DATABASE.query("SELECT count(*) FROM " + name(40))).containsExactly("5");
        assertThat(DATABASE.partitions()).contains("kept_for_the_audit", "inference_logs_p2001",
                "inference_logs_p20030101").doesNotContain(name(42));
        assertThat(tables()).contains(name(50)).doesNotContain(name(42));
    }

    @Test
    void aMarkIsTakenBackWhenRetentionWasMadeLonger() {
        days(40);
        DATABASE.server().executeInDatabase("COMMENT ON TABLE " + name(40) + " IS '" + Retention.MARK + "'");
        PostgresSink patient = DATABASE.sink(Clock.systemUTC(), 60);
        assertThat(patient.probe()).isEmpty();
        patient.maintain();

        assertThat(DATABASE.partitions()).contains(name(40));
        assertThat(DATABASE.query("SELECT obj_description('" + name(40) + "'::regclass)")).containsExactly("null");
    }

    @Test
    void aTableThatCannotBeDroppedStopsNoOther() {
        days(40, 41);
        DATABASE.server().executeInDatabase("CREATE VIEW inference_view AS SELECT * FROM " + name(41));
        PostgresSink sink = sink();
        try (LogLines lines = LogLines.of(Retention.class)) {
            sink.maintain();
            assertThat(lines.with("WARN")).singleElement()
                    .asString()
                    .contains(name(41));
        }
        assertThat(tables()).contains(name(41)).doesNotContain(name(40));
        DATABASE.server().executeInDatabase("DROP VIEW inference_view");
        sink.maintain();
        assertThat(tables()).doesNotContain(name(41));
    }

    @Test
    void aClockThatIsWrongByFarDropsNothingFresh() {
        days(1, 29, 31);
        PostgresSink ahead = DATABASE.sink(InstantSource.offset(Clock.systemUTC(), Duration.ofDays(4000)), KEPT);
        assertThat(ahead.probe()).isEmpty();
        ahead.maintain();

        assertThat(DATABASE.partitions()).contains(name(1), name(29)).doesNotContain(name(31));
        assertThat(ahead.write(Records.rows(now.minus(Duration.ofDays(2)), 0, 3)))
                .isEqualTo(new WriteResult.Committed(0));

        days(31);
        PostgresSink behind = DATABASE.sink(InstantSource.offset(Clock.systemUTC(), Duration.ofDays(-4000)), KEPT);
        assertThat(behind.probe()).isEmpty();
        behind.maintain();
        assertThat(DATABASE.partitions()).contains(name(1), name(29), name(31));
    }

    @Test
    void rowsPastRetentionAreLeftOutAndMakeNoPartition() {
        PostgresSink sink = sink();
        List<LogRow> rows = new java.util.ArrayList<>(Records.rows(now.minus(Duration.ofDays(40)), 0, 7));
        rows.addAll(Records.rows(now.minus(Duration.ofDays(30)), 7, 10));

        assertThat(sink.write(rows)).isEqualTo(new WriteResult.Committed(7));
        assertThat(sink.write(rows.subList(0, 7))).isEqualTo(new WriteResult.Committed(7));

        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("3");
        assertThat(DATABASE.partitions()).contains(name(30)).doesNotContain(name(40));
    }

    @Test
    void aSpoolThatWasAwayForFortyDaysIsCountedAndDoesNotStick() throws Exception {
        try (Spool spool = Spool.open(folder.resolve("spool"), "worker-1", 64)) {
            spool.append(Records.rows(now.minus(Duration.ofDays(40)), 0, 1500));
            spool.append(Records.rows(now.minus(Duration.ofDays(20)), 1500, 1700));
        }
        LogSetup setup = DATABASE.setup(folder).retentionDays(KEPT).timeout(Duration.ofSeconds(5));
        InferenceLog log = setup.open();
        log.offer(IntStream.range(1700, 1800).mapToObj(n -> Records.answered(log.stamp(), n)).toList());
        await().atMost(PATIENCE).until(() -> log.books().pending() == 0);

        assertThat(log.books().enqueued()).isEqualTo(1800);
        assertThat(log.books().written()).isEqualTo(300);
        assertThat(log.books().dropped()).containsEntry(DropReason.EXPIRED, 1500L);
        assertThat(Scraped.value(setup.metrics(), "dropped_logs_total", "reason=\"expired\"")).isEqualTo(1500);
        assertThat(DATABASE.partitions()).contains(name(20)).doesNotContain(name(40));
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("300");
        LogSetup.close(log);
    }

    @Test
    void aWorkerAppliesItByItself() throws Exception {
        days(40);
        InferenceLog log = DATABASE.setup(folder).timeout(Duration.ofSeconds(5)).open();
        await().atMost(PATIENCE).until(() -> !DATABASE.partitions().contains(name(40)));
        LogSetup.close(log);
    }
}
