package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.DatabaseMeters;
import dev.falcon.telemetry.DatabaseMeters.Operation;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The log in a SQLite file, for a worker without PostgreSQL: the same columns, in a file that does not outgrow its bound
 * because the oldest rows make room. Other processes may read the file, and write it too. Guarded by its own lock.
 */
final class SqliteSink implements LogSink {

    private static final int BYTES_PER_MB = 1024 * 1024;
    private static final int SQLITE_CONSTRAINT = 19;
    private static final int SQLITE_MISMATCH = 20;
    private static final int PRIMARY_CODE_MASK = 0xFF;
    /** One part in so many of the rows goes when the file is full. */
    private static final int TRIMMED_PART = 20;
    private static final int REMOVED_AT_ONCE = 2000;

    private final EventLog log = new EventLog(SqliteSink.class);
    private final Path file;
    private final long maxBytes;
    private final DatabaseMeters meters;
    private final int retentionDays;
    private final Ticker ticker;
    private final SteadyTime time;
    private @Nullable Opened opened;
    private boolean closed;

    /**
     * What the file keeps.
     *
     * @param maxMb how large it may grow
     * @param retentionDays how many whole days are kept before the current one
     */
    record Bounds(int maxMb, int retentionDays) {}

    SqliteSink(Path file, Bounds bounds, DatabaseMeters meters, InferenceLog.Clocks clocks) {
        this.file = file;
        this.maxBytes = (long) bounds.maxMb() * BYTES_PER_MB;
        this.retentionDays = bounds.retentionDays();
        this.meters = meters;
        this.ticker = clocks.ticker();
        this.time = new SteadyTime(clocks);
    }

    /**
     * The file, with what each batch needs prepared once: to prepare it anew costs more than a row.
     *
     * @param bytes asks for the bytes in use
     */
    private record Opened(Connection connection, PreparedStatement insert, PreparedStatement bytes) {

        long bytesInUse() throws SQLException {
            try (ResultSet found = bytes.executeQuery()) {
                return found.next() ? found.getLong(1) : 0;
            }
        }
    }

    @Override
    public WriteResult write(List<LogRow> rows) {
        try {
            return timed(Operation.INSERT, open -> {
                for (LogRow row : rows) {
                    SqliteTable.bind(open.insert(), row);
                    open.insert().addBatch();
                }
                open.insert().executeBatch();
                boolean tooMany = open.bytesInUse() > maxBytes;
                open.connection().commit();
                if (tooMany) {
                    trim(open);
                }
                return new WriteResult.Committed(0);
            });
        } catch (SQLException e) {
            int code = e.getErrorCode() & PRIMARY_CODE_MASK;
            return code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH
                    ? new WriteResult.Refused("SQLite error " + code)
                    : new WriteResult.Unavailable(String.valueOf(e.getMessage()));
        }
    }

    /** Removes the oldest rows until the file is within its bound again; their pages are used for new ones. */
    private void trim(Opened open) throws SQLException {
        Connection connection = open.connection();
        while (open.bytesInUse() > maxBytes) {
            long rows = SqliteTable.number(connection, "SELECT max(rowid) - min(rowid) + 1 FROM inference_logs");
            long going = Math.max(rows / TRIMMED_PART, 1);
            try (Statement statement = connection.createStatement()) {
                int removed = statement.executeUpdate("DELETE FROM inference_logs WHERE rowid < "
                        + "(SELECT min(rowid) FROM inference_logs) + " + going);
                connection.commit();
                if (removed == 0) {
                    return;
                }
                log.emit(Event.LOG_TRIMMED, "the inference log reached its size; its oldest records were removed",
                        Field.of("removed", removed), Field.of("max_bytes", maxBytes));
            }
        }
        connection.commit();
    }

    @Override
    public Optional<String> probe() {
        try {
            return timed(Operation.PROBE, open -> {
                SqliteTable.number(open.connection(), "SELECT count(*) FROM inference_logs WHERE rowid = 0");
                open.connection().commit();
                return Optional.empty();
            });
        } catch (SQLException e) {
            return Optional.of(e.getMessage() + " (" + file + ")");
        }
    }

    /** Removes what is past retention, some rows at a time so that none that is written waits long. */
    @Override
    public void maintain() {
        String firstKept = SqliteTable.time(Partition.begin(Partition.day(time.now()).minusDays(retentionDays)));
        long removed = 0;
        try {
            int last;
            do {
                last = timed(Operation.RETENTION, open -> removeBefore(open.connection(), firstKept));
                removed += last;
            } while (last == REMOVED_AT_ONCE);
        } catch (SQLException e) {
            log.emit(Event.RETENTION_FAILED,
                    "records past retention could not be removed, tried again in a minute: " + e.getMessage(),
                    Field.of("reason", e.getMessage()));
        }
        if (removed > 0) {
            log.emit(Event.RETENTION_APPLIED,
                    "removed " + removed + " records that are older than " + retentionDays + " days",
                    Field.of("removed", removed), Field.of("retention_days", retentionDays));
        }
    }

    private static int removeBefore(Connection open, String firstKept) throws SQLException {
        try (PreparedStatement delete = open.prepareStatement("DELETE FROM inference_logs WHERE rowid IN "
                + "(SELECT rowid FROM inference_logs WHERE created_at < ? LIMIT " + REMOVED_AT_ONCE + ")")) {
            delete.setString(1, firstKept);
            int removed = delete.executeUpdate();
            open.commit();
            return removed;
        }
    }

    /** Something done on the file. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Opened open) throws SQLException;
    }

    private synchronized <T> T timed(Operation operation, Work<T> work) throws SQLException {
        long start = ticker.nanos();
        try {
            T done = work.on(opened());
            meters.succeeded(operation, ticker.nanos() - start);
            return done;
        } catch (SQLException | RuntimeException e) {
            meters.failed(operation, ticker.nanos() - start);
            drop();
            throw e;
        }
    }

    private Opened opened() throws SQLException {
        Opened already = opened;
        if (already != null) {
            return already;
        }
        if (closed) {
            throw new SQLException("the log is closed");
        }
        Path folder = file.toAbsolutePath().getParent();
        try {
            if (folder != null) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new SQLException("cannot make the folder of INFERENCE_LOG_PATH: " + e, e);
        }
        Connection connection = SqliteTable.open(file.toString());
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS inference_logs (" + SqliteTable.declarations()
                    + ", UNIQUE (id, item, created_at))");
            statement.execute("CREATE INDEX IF NOT EXISTS inference_logs_created_at ON inference_logs (created_at)");
            connection.setAutoCommit(false);
            Opened open = new Opened(connection,
                    connection.prepareStatement(SqliteTable.insertInto("inference_logs")
                            + " ON CONFLICT (id, item, created_at) DO NOTHING"),
                    connection.prepareStatement(SqliteTable.BYTES_IN_USE));
            opened = open;
            return open;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A connection on which anything failed is not used again; with it go its statements. */
    private void drop() {
        Opened open = opened;
        opened = null;
        if (open != null) {
            try {
                open.connection().close();
            } catch (SQLException alreadyFailing) {
                // The failure that led here is the one to tell.
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        drop();
    }
}
