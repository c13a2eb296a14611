package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteSinkTest extends LogSinkContract {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    @TempDir Path folder;

    private final HandTicker ticker = new HandTicker();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final List<LogSink> opened = new ArrayList<>();

    @Override
    LogSink sink() {
        return sink(64);
    }

    private LogSink sink(int maxMb) {
        LogSink sink = new SqliteSink(file(), new SqliteSink.Bounds(maxMb, 30),
                new Metrics("worker-1", Ticker.system()).database(), new InferenceLog.Clocks(ticker, now::get));
        opened.add(sink);
        assertThat(sink.probe()).isEmpty();
        return sink;
    }

    private Path file() {
        return folder.resolve("logs/inference.db");
    }

    @AfterEach
    void closeSinks() {
        opened.forEach(LogSink::close);
    }

    @Override
    List<String> query(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
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

    @Test
    void theOldestRowsMakeRoom() throws IOException {
        LogSink sink = sink(1);
        for (int from = 0; from < 10_000; from += 500) {
            assertThat(sink.write(Records.rows(NOON.plusSeconds(from), from, from + 500)))
                    .isInstanceOf(WriteResult.Committed.class);
        }

        assertThat(Files.size(file())).isLessThan(2L * 1024 * 1024);
        List<String> kept = query("SELECT request_id FROM inference_logs ORDER BY created_at, id");
        assertThat(kept).hasSizeBetween(500, 9_000).last().isEqualTo("r-9999");
        assertThat(kept).first().isEqualTo("r-" + (10_000 - kept.size()));
    }

    @Test
    void aBatchThatMeetsADefectLeavesNothingForTheNext() {
        LogSink sink = sink();
        LogRow noRow = LogRow.builder().set(Column.ID, new UUID(0, 0)).set(Column.CREATED_AT, "no time").build();
        List<LogRow> batch = new ArrayList<>(Records.rows(NOON, 0, 1));
        batch.add(noRow);

        assertThatThrownBy(() -> sink.write(batch)).isInstanceOf(RuntimeException.class);
        assertThat(sink.write(Records.rows(NOON, 1, 2))).isInstanceOf(WriteResult.Committed.class);

        assertThat(query("SELECT request_id FROM inference_logs")).containsExactly("r-1");
    }

    @Test
    void aFolderThatCannotBeMadeIsSaid() throws IOException {
        Files.writeString(folder.resolve("logs"), "a file where a folder should be");
        try (LogSink sink = new SqliteSink(file(), new SqliteSink.Bounds(1, 30),
                new Metrics("worker-1", Ticker.system()).database(), new InferenceLog.Clocks(ticker, now::get))) {
            assertThat(sink.probe()).get().asString().contains("INFERENCE_LOG_PATH");
            assertThat(sink.write(Records.rows(NOON, 0, 1))).isInstanceOf(WriteResult.Unavailable.class);
        }
    }

    @Test
    void recordsPastRetentionAreRemoved() {
        LogSink sink = sink();
        sink.write(Records.rows(Instant.parse("2026-02-01T23:59:59.999999Z"), 0, 4500));
        sink.write(Records.rows(Instant.parse("2026-02-02T00:00:00Z"), 4500, 4510));
        sink.maintain();

        assertThat(query("SELECT min(request_id) || ' ' || count(*) FROM inference_logs")).containsExactly("r-4500 10");
    }

    @Test
    void aClockThatJumpsFarAheadRemovesNothingFresh() {
        LogSink sink = sink();
        sink.write(Records.rows(NOON, 0, 10));
        now.set(NOON.plus(Duration.ofDays(4000)));
        sink.maintain();
        assertThat(query("SELECT count(*) FROM inference_logs")).containsExactly("10");

        ticker.advance(Duration.ofDays(29));
        sink.maintain();
        assertThat(query("SELECT count(*) FROM inference_logs")).containsExactly("10");

        ticker.advance(Duration.ofDays(2));
        sink.maintain();
        assertThat(query("SELECT count(*) FROM inference_logs")).containsExactly("0");
    }

    @Test
    void timesAreUnderstoodBySqlite() {
        sink().write(Records.rows(NOON, 0, 1));

        assertThat(query("SELECT datetime(created_at, '+1 hour') FROM inference_logs"))
                .containsExactly("2026-03-04 13:00:00");
    }

    @Test
    void timesHaveAllTheirDigits() {
        assertThat(SqliteTable.time(Instant.parse("2026-01-02T03:04:05.000006Z")))
                .isEqualTo("2026-01-02T03:04:05.000006Z");
        assertThat(SqliteTable.time(Instant.parse("1969-12-31T23:59:59Z"))).isEqualTo("1969-12-31T23:59:59.000000Z");
    }
}
