package dev.falcon.inferencelog;

import dev.falcon.telemetry.DatabaseMeters.Operation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * The log in PostgreSQL. Writes a batch in one transaction; makes the table and its partitions itself. What the server
 * says about a row's content is never repeated, since it may quote it. Safe for use by several threads.
 */
final class PostgresSink implements LogSink {

    /** Detaching a partition without blocking writers came with version 14. */
    static final int OLDEST_SERVER = 140_000;
    private static final Column[] COLUMNS = Column.values();
    private static final String COLUMN_NAMES =
            Arrays.stream(COLUMNS).map(Column::sqlName).collect(Collectors.joining(", "));
    private static final String COPY = "COPY inference_logs (" + COLUMN_NAMES + ") FROM STDIN (FORMAT binary)";
    private static final String INSERT = "INSERT INTO inference_logs (" + COLUMN_NAMES + ") VALUES ("
            + "?, ".repeat(COLUMNS.length - 1) + "?) ON CONFLICT DO NOTHING";
    /** Takes the table's lock and needs a writable server, but writes nothing. */
    static final String TRY_OUT = "INSERT INTO inference_logs SELECT * FROM inference_logs WHERE false";

    /** SQLSTATE disk_full. */
    private static final String DISK_FULL = "53100";

    private final PostgresCalls calls;
    private final InstantSource clock;
    private final Partitions partitions = new Partitions();
    private final Retention retention;
    private final DatabaseDisk disk;
    private boolean migrated;
    /** Then a probe tries to write as well: on a full disk all that writes nothing goes well. */
    private volatile boolean writesFail;
    /** A policy on the table's rows forbids it, for one; until the next maintenance it is not tried again. */
    private volatile boolean copyForbidden;

    /** @param retentionDays how many whole days are kept before the current one */
    PostgresSink(PostgresCalls calls, InstantSource clock, int retentionDays) {
        this.calls = calls;
        this.clock = clock;
        this.retention = new Retention(calls, clock, retentionDays);
        this.disk = new DatabaseDisk(calls);
        calls.meters().partitionDaysAhead(() -> partitions.daysAhead(clock.instant()));
    }

    /** Why a server of this version ({@code server_version_num}) cannot be used; empty where it can. */
    static Optional<String> tooOld(int serverVersion) {
        return serverVersion >= OLDEST_SERVER
                ? Optional.empty()
                : Optional.of("PostgreSQL is too old: version " + serverVersion / 10_000 + ", at least "
                        + OLDEST_SERVER / 10_000 + " is needed");
    }

    @Override
    public WriteResult write(List<LogRow> rows) {
        WriteResult result = writeOnce(rows);
        if (result == null) {
            // Somebody dropped a partition that was known to exist; it is made again.
            partitions.forget();
            result = writeOnce(rows);
        }
        return result == null ? obstructed("a partition is missing that cannot be made") : result;
    }

    /** Null where a day's partition is missing. */
    private @Nullable WriteResult writeOnce(List<LogRow> rows) {
        try {
            WriteResult written = calls.timed(Operation.INSERT, connection -> write(connection, rows));
            writesFail = false;
            return written;
        } catch (SQLException e) {
            return switch (PostgresFault.of(e)) {
                case NO_PARTITION -> null;
                case ROW -> new WriteResult.Refused("SQLSTATE " + PostgresFault.state(e));
                case SERVER -> {
                    writesFail = true;
                    yield new WriteResult.Unavailable(PostgresFault.reason(e));
                }
                // The message may quote a row.
                case OTHER -> obstructed("SQLSTATE " + PostgresFault.state(e));
            };
        }
    }

    /** Whether it is the batch alone is found out by a made-up row of now, which is taken back. */
    private WriteResult obstructed(String reason) {
        try {
            return calls.timed(Operation.PROBE, connection -> {
                tryRow(connection);
                return new WriteResult.Obstructed(reason);
            });
        } catch (SQLException e) {
            return new WriteResult.Unavailable(reason);
        }
    }

    private void tryRow(Connection connection) throws SQLException {
        Instant now = clock.instant();
        partitions.ensure(connection, List.of(Partition.day(now)));
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            bind(insert, LogRow.trial(now));
            insert.executeUpdate();
        } finally {
            connection.rollback();
        }
    }

    private WriteResult write(Connection connection, List<LogRow> rows) throws SQLException {
        List<LogRow> kept = rows;
        Set<LocalDate> days = days(rows);
        if (days.stream().anyMatch(retention::mayBePast)) {
            LocalDate firstKept = retention.firstKept(connection);
            kept = rows.stream().filter(row -> !Partition.day(row.createdAt()).isBefore(firstKept)).toList();
            days = days(kept);
            connection.commit();
        }
        if (!kept.isEmpty()) {
            partitions.ensure(connection, days);
            if (copyForbidden || !copy(connection, kept)) {
                insert(connection, kept);
            }
            connection.commit();
        }
        return new WriteResult.Committed(rows.size() - kept.size());
    }

    private static Set<LocalDate> days(List<LogRow> rows) {
        return rows.stream().map(row -> Partition.day(row.createdAt())).collect(Collectors.toSet());
    }

    /**
     * More than twice as many rows a second as inserting, but it takes all or none: false where one of them is there
     * already, as after a commit that nobody saw succeed, or is refused for itself. Then nothing has happened.
     */
    private boolean copy(Connection connection, List<LogRow> rows) throws SQLException {
        try {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
            try {
                CopyFormat.send(rows, (bytes, length) -> copy.writeToCopy(bytes, 0, length));
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
            return true;
        } catch (SQLException e) {
            PostgresFault fault = PostgresFault.of(e);
            if (fault == PostgresFault.SERVER) {
                throw e;
            }
            connection.rollback();
            if (fault == PostgresFault.NO_PARTITION) {
                throw e;
            }
            copyForbidden = fault == PostgresFault.OTHER;
            return false;
        }
    }

    private static void insert(Connection connection, List<LogRow> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (LogRow row : rows) {
                bind(insert, row);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void bind(PreparedStatement insert, LogRow row) throws SQLException {
        for (int i = 0; i < COLUMNS.length; i++) {
            Object value = row.value(COLUMNS[i]);
            switch (COLUMNS[i].kind()) {
                case UUID -> insert.setObject(i + 1, (UUID) value);
                case JSON -> insert.setObject(i + 1, value, Types.OTHER);
                case TIMESTAMP -> insert.setObject(i + 1,
                        value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : null);
                case INTEGER -> insert.setObject(i + 1, value, Types.INTEGER);
                case REAL -> insert.setObject(i + 1, value, Types.DOUBLE);
                case BOOLEAN -> insert.setObject(i + 1, value, Types.BOOLEAN);
                case TEXT -> insert.setObject(i + 1, value, Types.VARCHAR);
            }
        }
    }

    @Override
    public Optional<String> probe() {
        try {
            Optional<String> unfit = prepare();
            if (unfit.isPresent()) {
                return unfit;
            }
            return calls.timed(Operation.PROBE, connection -> {
                if (writesFail) {
                    tryRow(connection);
                } else {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(TRY_OUT);
                    }
                    connection.commit();
                }
                observeClock(connection);
                return Optional.empty();
            });
        } catch (SQLException e) {
            prepareAgain();
            if (DISK_FULL.equals(PostgresFault.state(e))) {
                // No maintenance comes meanwhile, and reading still works.
                disk.look();
            }
            return Optional.of(PostgresFault.reason(e));
        }
    }

    /** The database that comes back need not be the one that went: it may be a new and empty one. */
    private synchronized void prepareAgain() {
        migrated = false;
    }

    /** Version, table and partitions; once, and again after a failure. */
    private synchronized Optional<String> prepare() throws SQLException {
        if (migrated) {
            return Optional.empty();
        }
        int version = calls.timed(Operation.CONNECT,
                connection -> PostgresCalls.number(connection, "SHOW server_version_num"));
        Optional<String> tooOld = tooOld(version);
        if (tooOld.isPresent()) {
            return tooOld;
        }
        Optional<String> failure = calls.migrate();
        if (failure.isEmpty()) {
            makePartitions();
            migrated = true;
        }
        return failure;
    }

    /** A day that is obstructed is told and counted, and tried again days before it matters; it stops no other. */
    private void makePartitions() throws SQLException {
        try {
            calls.timed(Operation.PARTITION, connection -> {
                partitions.ensureAhead(connection, clock.instant());
                return connection;
            });
        } catch (SQLException e) {
            if (PostgresFault.of(e) == PostgresFault.SERVER) {
                throw e;
            }
        }
    }

    @Override
    public void maintain() {
        copyForbidden = false;
        try {
            makePartitions();
            retention.apply();
        } catch (SQLException e) {
            // Counted; tried again at the next call, and the gauge tells how much time is left.
        }
        disk.look();
    }

    /** Compares the clocks; half of the round trip is the error. */
    private void observeClock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Instant before = clock.instant();
            try (ResultSet found = statement.executeQuery("SELECT extract(epoch FROM clock_timestamp()) * 1000000")) {
                Instant after = clock.instant();
                if (found.next()) {
                    Instant middle = before.plus(Duration.between(before, after).dividedBy(2));
                    double micros = found.getDouble(1);
                    calls.meters()
                            .clockOffsetSeconds(
                                    middle.getEpochSecond() + middle.getNano() / 1e9 - micros / 1e6);
                }
            }
        }
        connection.commit();
    }

    @Override
    public void close() {
        calls.close();
    }
}
