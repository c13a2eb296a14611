package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteSinkTest extends LogSinkContract {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    @TempDir Path folder;

    private final List<LogSink> opened = new ArrayList<>();

    @Override
    LogSink sink() {
        return sink(64);
    }

    private LogSink sink(int maxMb) {
        LogSink sink = new SqliteSink(file(), maxMb, new Metrics("worker-1", Ticker.system()).database(),
                Ticker.system());
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
    void aFolderThatCannotBeMadeIsSaid() throws IOException {
        Files.writeString(folder.resolve("logs"), "a file where a folder should be");
        try (LogSink sink = new SqliteSink(file(), 1, new Metrics("worker-1", Ticker.system()).database(),
                Ticker.system())) {
            assertThat(sink.probe()).get().asString().contains("INFERENCE_LOG_PATH");
            assertThat(sink.write(Records.rows(NOON, 0, 1))).isInstanceOf(WriteResult.Unavailable.class);
        }
    }

    @Test
    void timesAreUnderstoodBySqlite() {
        sink().write(Records.rows(NOON, 0, 1));

        assertThat(query("SELECT datetime(created_at, '+1 hour') FROM inference_logs"))
                .containsExactly("2026-03-04 13:00:00");
    }
}
