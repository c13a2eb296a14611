package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.LogLines;
import dev.falcon.testing.Scraped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What a worker, whose user owns nothing here, reads of the database's disk; the table is the one that is shipped, or a plain one. */
@Isolated("reads log lines, which other tests write too")
class DatabaseDiskTest {

    private static final Path SHIPPED = Path.of("../deploy/postgres/database-disk.sql");
    private static final String PLAIN =
            "CREATE TABLE database_disk (total_bytes bigint, free_bytes bigint, measured_at timestamptz)";

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("worker-1", ticker);
    private final PostgresCalls calls = new PostgresCalls(
            new PostgresPool(DATABASE.setup(Path.of("unused")).postgres(), "worker-1", metrics.database()),
            metrics.database(), ticker);
    private final DatabaseDisk disk = new DatabaseDisk(calls);

    @AfterEach
    void close() {
        calls.close();
    }

    private static void execute(String sql) {
        DATABASE.server().executeInDatabase(sql);
    }

    /** Without what is said to psql alone. */
    private static String shipped() throws IOException {
        return Files.readString(SHIPPED).replaceAll("(?m)^\\\\.*$", "");
    }

    /** A row as a program beside the server would write it. */
    private static void plainTable(String row) {
        execute(PLAIN);
        execute("GRANT SELECT ON database_disk TO falcon");
        execute("INSERT INTO database_disk VALUES (" + row + ")");
    }

    private static boolean isAbsent(Metrics metrics) {
        String page = new String(metrics.scrape(null).body(), StandardCharsets.UTF_8);
        assertThat(page).contains("clock_offset_seconds{");
        return !page.contains("database_disk_");
    }

    private void assertKnown(double total, double free) {
        assertThat(Scraped.value(metrics, "database_disk_bytes")).isEqualTo(total);
        assertThat(Scraped.value(metrics, "database_disk_free_bytes")).isEqualTo(free);
    }

    private double failures() {
        return Scraped.value(metrics, "db_operations_total", "operation=\"probe\"", "status=\"error\"");
    }

    @Test
    void theShippedTableTellsTheDiskOfTheServersData() throws IOException {
        execute(shipped());
        execute(shipped());
        PostgresSink sink = DATABASE.sink(Clock.systemUTC());
        assertThat(sink.probe()).as("a table that was there before ours").isEmpty();
        assertThat(isAbsent(DATABASE.metrics())).isTrue();
        sink.maintain();

        FileStore store = Files.getFileStore(Path.of(DATABASE.query("SHOW data_directory").getFirst()));
        double total = store.getTotalSpace();
        assertThat(Scraped.value(DATABASE.metrics(), "database_disk_bytes")).isCloseTo(total, within(4096d));
        assertThat(Scraped.value(DATABASE.metrics(), "database_disk_free_bytes"))
                .as("others write to this disk too")
                .isCloseTo((double) store.getUsableSpace(), within(total / 20));
    }

    @Test
    void aRowIsWorthFiveMinutesFromItsMeasurement() {
        plainTable("1000, 250, now() - interval '4 minutes'");
        disk.look();
        assertKnown(1000, 250);

        ticker.advance(Duration.ofSeconds(50));
        assertKnown(1000, 250);
        ticker.advance(Duration.ofSeconds(11));
        assertThat(isAbsent(metrics)).isTrue();

        execute("INSERT INTO database_disk VALUES (1000, 0, now() + interval '1 hour')");
        disk.look();
        assertKnown(1000, 0);
        ticker.advance(DatabaseDisk.FRESH.plusMillis(1));
        assertThat(isAbsent(metrics)).as("a clock that is ahead").isTrue();
    }

    @Test
    void aStaleRowIsNone() {
        plainTable("1000, 250, now() - interval '6 minutes'");
        disk.look();
        assertThat(isAbsent(metrics)).isTrue();
    }

    @Test
    void withoutATableOrARowNothingIsSaidAndNothingFails() {
        disk.look();
        assertThat(isAbsent(metrics)).isTrue();
        plainTable("1000, 250, now()");
        execute("DELETE FROM database_disk");
        disk.look();
        assertThat(isAbsent(metrics)).isTrue();
        assertThat(failures()).isZero();
    }

    @Test
    void withoutTheRightToReadNothingIsSaidAndNothingFails() {
        plainTable("1000, 250, now()");
        disk.look();
        assertKnown(1000, 250);
        execute("REVOKE SELECT ON database_disk FROM falcon");
        disk.look();
        assertThat(isAbsent(metrics)).isTrue();
        assertThat(failures()).isZero();
    }

    @Test
    void whatCannotBeTrueIsNamedAndNotBelieved() {
        plainTable("1000, 1001, now()");
        try (LogLines lines = LogLines.of(DatabaseDisk.class)) {
            disk.look();
            execute("UPDATE database_disk SET free_bytes = 1, measured_at = NULL");
            disk.look();
            execute("ALTER TABLE database_disk DROP COLUMN free_bytes");
            disk.look();
            assertThat(lines.lines()).satisfiesExactly(
                    first -> assertThat(first).contains("WARN", "total_bytes is 1000, free_bytes 1001"),
                    second -> assertThat(second).contains("measured_at null"),
                    third -> assertThat(third).contains("column \"free_bytes\" does not exist"));
        }
        assertThat(isAbsent(metrics)).isTrue();
    }

    @Test
    void whatWasKnownStaysForAWhileWhenTheServerGoes() {
        plainTable("1000, 20, now()");
        disk.look();
        DATABASE.server().stop();
        try (LogLines lines = LogLines.of(DatabaseDisk.class)) {
            disk.look();
            assertKnown(1000, 20);
            assertThat(lines.lines()).isEmpty();
        } finally {
            DATABASE.server().restart();
        }
        ticker.advance(DatabaseDisk.FRESH.plusMillis(1));
        assertThat(isAbsent(metrics)).isTrue();
    }

    /** The server's own words for a full disk, from a trigger. */
    @Test
    void aFullDiskIsLookedAtByTheProbes() {
        plainTable("1000, 0, now()");
        PostgresSink sink = DATABASE.sink(Clock.systemUTC());
        assertThat(sink.probe()).isEmpty();
        execute("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + "RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$");
        execute("CREATE TRIGGER full_disk BEFORE INSERT ON inference_logs FOR EACH ROW EXECUTE FUNCTION full_disk()");

        assertThat(sink.write(Records.rows(Clock.systemUTC().instant(), 0, 1)))
                .isInstanceOf(WriteResult.Unavailable.class);
        assertThat(isAbsent(DATABASE.metrics())).isTrue();
        assertThat(sink.probe()).hasValueSatisfying(reason -> assertThat(reason).contains("53100"));
        assertThat(Scraped.value(DATABASE.metrics(), "database_disk_free_bytes")).isZero();
    }
}
