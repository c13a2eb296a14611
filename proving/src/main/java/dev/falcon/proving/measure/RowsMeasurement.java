package dev.falcon.proving.measure;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.inferencelog.RowsBench;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows a second into PostgreSQL, through the log's own sink and by COPY of the same rows into the same table. */
final class RowsMeasurement implements Measurement {

    private static final int ROWS = 20_000;
    private static final int ROWS_QUICK = 2_000;

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Row copy = Row.named("one COPY (reference)", null);
        Row sink = Row.named("the log's sink, in its batches", copy.name());
        int rows = bench.effort().isQuick() ? ROWS_QUICK : ROWS;
        try (RowsBench into = RowsBench.open(settings(bench.postgres()))) {
            RowsBench.Content warmUp = into.content(rows);
            into.copy(warmUp);
            into.write(warmUp);
            for (int round = 0; round < bench.effort().rounds(); round++) {
                RowsBench.Content content = into.content(rows);
                copy.add("rows_per_second", rows / (into.copy(content) / 1e9));
                sink.add("rows_per_second", rows / (into.write(content) / 1e9));
            }
        } catch (SQLException e) {
            throw new IOException("PostgreSQL refused: " + e.getMessage(), e);
        }
        return List.of(copy, sink);
    }

    private static Settings.Postgres settings(Map<String, String> environment) throws IOException {
        try {
            return SettingsReader.read(new Sources(new HashMap<>(environment), null),
                    new SettingsReader.Surroundings("bench", 1, Path.of(""))).postgres();
        } catch (SettingsFaults e) {
            throw new IOException("the bench's own settings are wrong: " + e.getMessage(), e);
        }
    }
}
