package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.LogLines;
import dev.falcon.testing.Scraped;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What stands in the way of a day's partition, and what is made of it. */
@Isolated("reads log lines, which other tests write too")
class PartitionsTest {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
    private static final Instant THAT_DAY = Instant.parse("2026-01-15T18:00:00Z");

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

    private PostgresSink sink() {
        PostgresSink sink = DATABASE.sink(now::get);
        assertThat(sink.probe()).isEmpty();
        return sink;
    }

    private double daysAhead() {
        return Scraped.value(DATABASE.metrics(), "inference_log_partition_days_ahead");
    }

    private static void write(PostgresSink sink, Instant at) {
        assertThat(sink.write(Records.rows(at, 0, 4))).isEqualTo(new WriteResult.Committed(0));
    }

    @Test
    void aTableOfSomebodyElseInTheWayIsNamedAndAnotherNameUsed() {
        PostgresSink sink = sink();
        DATABASE.server().executeInDatabase("CREATE TABLE inference_logs_p20260115 (mine text)");
        try (LogLines lines = LogLines.of(Partitions.class)) {
            write(sink, THAT_DAY);
            write(sink, THAT_DAY);
            assertThat(lines.lines()).singleElement().asString().contains("inference_logs_p20260115 stands", "rename");
        }
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs_p20260115_2")).containsExactly("8");
    }

    @Test
    void aDetachedPartitionIsLeftAsItIsAndItsDayGoesOn() {
        PostgresSink sink = sink();
        write(sink, THAT_DAY);
        DATABASE.server().executeInDatabase("ALTER TABLE inference_logs DETACH PARTITION inference_logs_p20260115");
        PostgresSink later = sink();
        assertThat(later.write(Records.rows(THAT_DAY, 10, 13))).isEqualTo(new WriteResult.Committed(0));

        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs_p20260115")).containsExactly("4");
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("3");
    }

    @Test
    void aPartitionOfSomebodyElseForTheWholeMonthIsUsed() {
        PostgresSink sink = sink();
        DATABASE.server()
                .executeInDatabase("CREATE TABLE january PARTITION OF inference_logs "
                        + "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')");
        write(sink, THAT_DAY);

        assertThat(DATABASE.query("SELECT count(*) FROM january")).containsExactly("4");
        assertThat(DATABASE.partitions()).noneMatch(name -> name.startsWith("inference_logs_p202601"));
    }

    @Test
    void whatARangeOfSomebodyElseLeavesOfADayGetsItsOwnPartitions() {
        PostgresSink sink = sink();
        DATABASE.server()
                .executeInDatabase("CREATE TABLE midday PARTITION OF inference_logs "
                        + "FOR VALUES FROM ('2026-01-15 10:00Z') TO ('2026-01-15 14:00Z')");
        write(sink, THAT_DAY);
        write(sink, Instant.parse("2026-01-15T12:00:00Z"));
        write(sink, Instant.parse("2026-01-15T00:00:00Z"));

        assertThat(DATABASE.query("SELECT count(*) FROM midday")).containsExactly("4");
        assertThat(DATABASE.partitions()).contains("inference_logs_p20260115", "inference_logs_p20260115_2");
    }

    @Test
    void aDefaultPartitionTakesWhatHasNoOther() {
        PostgresSink sink = sink();
        DATABASE.server().executeInDatabase("CREATE TABLE everything_else PARTITION OF inference_logs DEFAULT");
        PostgresSink later = sink();
        write(later, THAT_DAY);

        assertThat(DATABASE.query("SELECT count(*) FROM everything_else")).containsExactly("4");
        assertThat(sink.write(Records.rows(NOON, 0, 4))).isEqualTo(new WriteResult.Committed(0));
    }

    @Test
    void aDayThatCannotBeMadeIsNamedAndStopsNoOther() {
        for (int which = 1; which <= 9; which++) {
            String end = which == 1 ? "" : "_" + which;
            DATABASE.server().executeInDatabase("CREATE TABLE inference_logs_p20260305" + end + " (mine text)");
        }
        PostgresSink sink = DATABASE.sink(now::get);
        try (LogLines lines = LogLines.of(Partitions.class)) {
            assertThat(sink.probe()).isEmpty();
            assertThat(lines.with("ERROR")).first()
                    .asString()
                    .contains("2026-03-05", "inference_logs_p20260305",
                            "rename or drop");
        }
        assertThat(DATABASE.partitions()).contains("inference_logs_p20260304", "inference_logs_p20260306",
                "inference_logs_p20260307");
        write(sink, NOON);
    }

    @Test
    void theDaysAheadAreTrueWhileTheServerIsAway() {
        sink();
        assertThat(daysAhead()).isEqualTo(3);
        DATABASE.server().stop();
        try {
            now.set(Instant.parse("2026-03-05T00:00:00Z"));
            assertThat(daysAhead()).isEqualTo(2);
            now.set(Instant.parse("2026-03-06T23:59:59Z"));
            assertThat(daysAhead()).isEqualTo(1);
            now.set(Instant.parse("2026-03-09T00:00:00Z"));
            assertThat(daysAhead()).isZero();
            now.set(NOON);
            assertThat(daysAhead()).as("a clock set back").isEqualTo(3);
        } finally {
            DATABASE.server().restart();
        }
    }

    @Test
    void theDaysAheadAreUnknownBeforeTheServerWasAsked() {
        DATABASE.sink(now::get);
        assertThat(daysAhead()).isNaN();
    }

    @Test
    void aClockThatJumpsByAnHourAndBackMakesWhatIsMissingAndHarmsNothing() {
        now.set(Instant.parse("2026-03-04T23:30:00Z"));
        PostgresSink sink = sink();
        for (String at : List.of("2026-03-05T00:30:00Z", "2026-03-04T23:30:00Z", "2026-03-04T22:30:00Z",
                "2026-03-05T00:30:00Z")) {
            now.set(Instant.parse(at));
            write(sink, now.get());
            sink.maintain();
            assertThat(daysAhead()).isGreaterThanOrEqualTo(3);
        }
        assertThat(DATABASE.partitions()).containsExactly("inference_logs_p20260304", "inference_logs_p20260305",
                "inference_logs_p20260306", "inference_logs_p20260307", "inference_logs_p20260308");
        assertThat(DATABASE.query("SELECT count(*) FROM inference_logs")).containsExactly("16");
    }
}
