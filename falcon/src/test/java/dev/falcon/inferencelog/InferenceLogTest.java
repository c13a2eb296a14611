package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.LogBooks;
import dev.falcon.telemetry.LogBooks.DropReason;
import dev.falcon.testing.LogLines;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.Scraped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The whole log as a worker uses it, opened from settings. */
@Isolated("reads log lines, which other tests write too")
class InferenceLogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    @TempDir Path folder;

    private LogSetup setup() {
        return DATABASE.setup(folder).timeout(Duration.ofSeconds(5));
    }

    private LogSetup setupWithoutServer() throws Exception {
        return new LogSetup(folder).server(RealPostgres.freePort());
    }

    private static void offer(InferenceLog log, int from, int to) {
        for (int n = from; n < to; n++) {
            log.offer(List.of(Records.answered(log.stamp(), n)));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> "r-" + n).toList();
    }

    private static List<String> written() {
        return DATABASE.query("SELECT request_id FROM inference_logs ORDER BY xmin::text::bigint, id");
    }

    @Test
    void onlyRecordsThatTheDatabaseRefusesAreLost() throws Exception {
        try (LogLines lines = LogLines.of(Delivery.class)) {
            InferenceLog log = setup().open();
            await().atMost(PATIENCE).until(log::isAvailable);
            DATABASE.server()
                    .executeInDatabase(
                            "ALTER TABLE inference_logs ADD CHECK (request_id <> 'r-37' AND request_id <> 'r-80')");
            log.offer(IntStream.range(0, 100).mapToObj(n -> Records.answered(log.stamp(), n)).toList());
            await().atMost(PATIENCE).until(() -> log.books().pending() == 0);

            assertThat(log.books().written()).isEqualTo(98);
            assertThat(log.books().dropped()).containsEntry(DropReason.REFUSED, 2L);
            assertThat(written()).hasSize(98).doesNotContain("r-37", "r-80");
            assertThat(log.isAvailable()).isTrue();
            assertThat(lines.with("refused a record")).hasSize(2).noneMatch(line -> line.contains("r-37"));
            LogSetup.close(log);
        }
    }

    @Test
    void closingWritesWhatIsInMemory() throws Exception {
        InferenceLog log = setup().open();
        await().atMost(PATIENCE).until(log::isAvailable);
        offer(log, 0, 700);
        long before = log.books().written();

        FlushReport report = LogSetup.close(log);

        assertThat(report.spooled() + report.left()).isZero();
        assertThat(before + report.written()).isEqualTo(700);
        assertThat(written()).isEqualTo(numbers(0, 700));
    }

    @Test
    void closingWithoutTheDatabaseSpoolsAndTheNextProcessWrites() throws Exception {
        InferenceLog first = setupWithoutServer().open();
        offer(first, 0, 700);
        assertThat(LogSetup.close(first)).isEqualTo(new FlushReport(0, 700, 0));

        try (LogLines lines = LogLines.of(LogWriter.class)) {
            InferenceLog second = setup().open();
            offer(second, 700, 800);
            await().atMost(PATIENCE).until(() -> second.books().pending() == 0);

            assertThat(second.books().enqueued()).isEqualTo(800);
            assertThat(written()).isEqualTo(numbers(0, 800));
            await().atMost(PATIENCE).until(() -> !lines.with("Flushed").isEmpty());
            assertThat(lines.with("Flushed")).first().asString().matches("INFO Flushed [78]\\d\\d logs");
            LogSetup.close(second);
        }
    }

    @Test
    void closingInTimeIsKeptEvenWhereTheDatabaseHangs() throws Exception {
        InferenceLog log = setup().timeout(Duration.ofSeconds(30)).open();
        await().atMost(PATIENCE).until(log::isAvailable);
        DATABASE.server().pause();
        try {
            offer(log, 0, 300);
            long start = Ticker.system().nanos();
            FlushReport report = log.close(Deadline.after(Duration.ofSeconds(3), Ticker.system()));

            assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isLessThan(Duration.ofSeconds(10));
            assertThat(report.left()).isZero();
            assertThat(report.written() + report.spooled()).isEqualTo(300);
        } finally {
            DATABASE.server().resume();
        }
    }

    @Test
    void withoutASpoolWhatIsLeftIsSaidAndCounted() throws Exception {
        InferenceLog log = setupWithoutServer().spoolMb(0).open();
        offer(log, 0, 1200);
        FlushReport report = log.close(Deadline.after(Duration.ofSeconds(1), Ticker.system()));

        assertThat(report).isEqualTo(new FlushReport(0, 0, 1000));
        assertThat(log.books().dropped()).containsEntry(DropReason.BUFFER_FULL, 200L)
                .containsEntry(DropReason.SHUTDOWN, 1000L);
        assertThat(log.books().enqueued()).isEqualTo(1200);
    }

    /**
     * Looks at the files as another process would find them, had this one been killed at that moment. The bound of 200 ms
     * is given more room here, since the test's own machine may stall the threads for longer.
     */
    @Test
    void whatIsOlderThanTheBoundSurvivesAKillWhileTheDatabaseHangs() throws Exception {
        InferenceLog log = setup().open();
        await().atMost(PATIENCE).until(log::isAvailable);
        DATABASE.server().pause();
        try (Load load = Load.on(log)) {
            for (int look = 0; look < 5; look++) {
                int offered = load.offered();
                long start = Ticker.system().nanos();
                await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).until(() -> spooledOnDisk() >= offered);
                assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isLessThan(Duration.ofSeconds(1));
            }
            load.stop();
            assertThat(load.unbalanced()).isEmpty();
        } finally {
            DATABASE.server().resume();
        }
        LogSetup.close(log);
    }

    /** What another process would find, had this one been killed now. */
    private long spooledOnDisk() throws Exception {
        try (var connection = SqliteTable.open(folder.resolve("spool/spool-worker-1.db").toString())) {
            return SqliteTable.number(connection, "SELECT count(*) FROM spool");
        }
    }

    @Test
    void aFullSpoolAndMemoryAreSaidAndCounted() throws Exception {
        try (LogLines lines = LogLines.of(SpoolKeeper.class)) {
            InferenceLog log = setupWithoutServer().spoolMb(1).capacity(100).open();
            await().atMost(PATIENCE).until(() -> {
                offer(log, 0, 20);
                LogBooks now = log.books();
                return now.spoolBytes() > 800_000 && now.droppedInAll() > 100 && !lines.with("buffer full").isEmpty();
            });
            LogBooks books = log.books();
            assertThat(books.spoolBytes()).isLessThan(1024L * 1024);
            assertThat(books.spoolLimitBytes()).isBetween(books.spoolBytes(), 1024L * 1024);
            assertThat(books.enqueued()).isEqualTo(books.written() + books.droppedInAll() + books.pending());
            assertThat(LogSetup.close(log).spooled()).isPositive();
        }
    }

    @Test
    void oneProcessASpool() throws Exception {
        InferenceLog log = setupWithoutServer().open();
        assertThatThrownBy(() -> setupWithoutServer().open()).isInstanceOf(SpoolUnavailable.class);
        LogSetup.close(log);
    }

    @Test
    void anUnreadableSpoolDoesNotStopTheStart() throws Exception {
        Files.createDirectories(folder.resolve("spool"));
        Files.writeString(folder.resolve("spool/spool-worker-1.db"), "not a database".repeat(500));
        try (LogLines lines = LogLines.of(InferenceLog.class)) {
            InferenceLog log = setup().open();
            offer(log, 0, 10);
            await().atMost(PATIENCE).until(() -> log.books().written() == 10);
            assertThat(lines.with("set aside")).hasSize(1);
            LogSetup.close(log);
        }
    }

    @Test
    void withoutAServerTheLogIsAFile() throws Exception {
        LogSetup setup = new LogSetup(folder);
        InferenceLog log = setup.open();
        await().atMost(PATIENCE).until(log::isAvailable);
        offer(log, 0, 500);
        await().atMost(PATIENCE).until(() -> log.books().written() == 500);
        LogSetup.close(log);

        try (var connection = SqliteTable.open(folder.resolve("inference.db").toString())) {
            assertThat(SqliteTable.number(connection, "SELECT count(*) FROM inference_logs")).isEqualTo(500);
        }
    }

    @Test
    void aFileThatIsOnlyJustOpeningStillGetsEverything() throws Exception {
        InferenceLog log = new LogSetup(folder).open();
        offer(log, 0, 900);
        assertThat(LogSetup.close(log).left()).isZero();

        assertThat(log.books().written()).isEqualTo(900);
    }

    @Test
    void closingWritesWhatIsOnDiskTooWhileTheDatabaseTakesIt() throws Exception {
        InferenceLog first = setupWithoutServer().open();
        offer(first, 0, 900);
        LogSetup.close(first);
        InferenceLog second = setup().open();
        await().atMost(PATIENCE).until(second::isAvailable);
        offer(second, 900, 1000);

        assertThat(LogSetup.close(second).spooled()).isZero();
        assertThat(written()).isEqualTo(numbers(0, 1000));
    }

    @Test
    void theScrapeShowsBalancedBooks() throws Exception {
        LogSetup setup = setup();
        InferenceLog log = setup.open();
        offer(log, 0, 50);
        await().atMost(PATIENCE).until(() -> log.books().written() == 50);

        assertThat(Scraped.value(setup.metrics(), "inference_log_enqueued_total")).isEqualTo(50);
        assertThat(Scraped.value(setup.metrics(), "inference_log_written_total")).isEqualTo(50);
        assertThat(Scraped.value(setup.metrics(), "inference_log_pending")).isZero();
        assertThat(Scraped.value(setup.metrics(), "dropped_logs_total", "reason=\"buffer_full\"")).isZero();
        LogSetup.close(log);
    }

    @Test
    void switchedOffItIgnoresRecordsAndIsNeverInTheWay() throws Exception {
        LogSetup setup = setupWithoutServer().enabled(false);
        InferenceLog log = setup.open();
        offer(log, 0, 10);

        assertThat(log.isAvailable()).isTrue();
        assertThat(log.books().enqueued()).isZero();
        assertThat(Scraped.value(setup.metrics(), "inference_log_enqueued_total")).isZero();
        assertThat(LogSetup.close(log)).isEqualTo(new FlushReport(0, 0, 0));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void textsAreKeptOnlyWhereAsked() throws Exception {
        InferenceLog log = setup().text(true).open();
        log.offer(List.of(Records.withText(log.stamp(), 1, "kept\0text")));
        await().atMost(PATIENCE).until(() -> log.books().written() == 1);
        LogSetup.close(log);

        assertThat(DATABASE.query("SELECT text FROM inference_logs")).containsExactly("kept\u2400text");
    }
}
