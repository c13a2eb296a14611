package dev.falcon.inferencelog;

import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * Writes rows as the log's writer does, and as COPY does, into the same empty table of the same server. Times are those
 * of the writing alone: rows, and the bytes that COPY sends, are made beforehand. Used by one thread.
 */
public final class RowsBench implements AutoCloseable {

    private static final int BUFFER_CAPACITY = 1000;
    private static final int DAYS_KEPT = 30;
    private static final String COLUMNS =
            Arrays.stream(Column.values()).map(Column::sqlName).collect(Collectors.joining(", "));

    /** The same rows in both shapes. */
    public static final class Content {
        private final List<LogRow> rows;
        private final byte[] copied;

        private Content(List<LogRow> rows, byte[] copied) {
            this.rows = rows;
            this.copied = copied;
        }
    }

    private final Ticker ticker = Ticker.system();
    private final RecordStamps stamps = new RecordStamps(InstantSource.system());
    private final RowMaker maker = new RowMaker(false);
    private final int batchSize = new WriterPolicy(BUFFER_CAPACITY).batchSize();
    private final PostgresPool pool;
    private final PostgresSink sink;

    private RowsBench(PostgresPool pool, PostgresSink sink) {
        this.pool = pool;
        this.sink = sink;
    }

    /** Connects and makes the table. */
    public static RowsBench open(Settings.Postgres settings) throws IOException {
        Metrics metrics = new Metrics("bench", Ticker.system());
        PostgresPool pool = new PostgresPool(settings, "bench", metrics.database());
        PostgresSink sink = new PostgresSink(new PostgresCalls(pool, metrics.database(), Ticker.system()),
                InstantSource.system(), DAYS_KEPT);
        String failure = sink.probe().orElse(null);
        if (failure != null) {
            sink.close();
            throw new IOException("PostgreSQL cannot be used: " + failure);
        }
        return new RowsBench(pool, sink);
    }

    /** Rows as requests leave them. */
    public Content content(int count) {
        ModelId model = new ModelId("sentiment-linear", "1", "0".repeat(64));
        List<String> labels = List.of("negative", "positive");
        List<LogRow> rows = new ArrayList<>(count);
        StringBuilder copied = new StringBuilder();
        for (int i = 0; i < count; i++) {
            Answer answer = new Answer(model, 0, new Prediction(labels, new double[]{0.25, 0.75}), false, 12_345);
            LogRow row = maker.row(new LogRecord(stamps.next(), 0,
                    new LogRecord.Origin("request-" + i, "worker-1", "127.0.0.1", null),
                    "a sentence of about the usual length, and its number is " + i,
                    new LogRecord.Answered(answer, false, 234_567)));
            rows.add(row);
            copied.append(line(row)).append('\n');
        }
        return new Content(rows, copied.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** COPY's text format; none of the values holds what it would have to escape. */
    private static String line(LogRow row) {
        return Arrays.stream(Column.values()).map(column -> {
            Object value = row.value(column);
            return value == null ? "\\N" : value.toString();
        }).collect(Collectors.joining("\t"));
    }

    /** Nanoseconds of writing it through the log's sink, a batch and a transaction at a time. */
    public long write(Content content) throws SQLException {
        empty();
        long start = ticker.nanos();
        for (int from = 0; from < content.rows.size(); from += batchSize) {
            List<LogRow> batch = content.rows.subList(from, Math.min(from + batchSize, content.rows.size()));
            if (!(sink.write(batch) instanceof WriteResult.Committed)) {
                throw new SQLException("a batch was not written");
            }
        }
        return ticker.nanos() - start;
    }

    /** Nanoseconds of one COPY in one transaction. */
    public long copy(Content content) throws SQLException, IOException {
        empty();
        try (Connection connection = pool.connection()) {
            long start = ticker.nanos();
            connection.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY inference_logs (" + COLUMNS + ") FROM STDIN",
                            new ByteArrayInputStream(content.copied));
            connection.commit();
            return ticker.nanos() - start;
        }
    }

    private void empty() throws SQLException {
        try (Connection connection = pool.connection(); Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE inference_logs");
            connection.commit();
        }
    }

    @Override
    public void close() {
        sink.close();
    }
}
