package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.DatabaseMeters;
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
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * The log in PostgreSQL. Writes a batch in one transaction; makes the table and its partitions itself. What the server
 * says about a row's content is never repeated, since it may quote it. Safe for use by several threads.
 */
final class PostgresSink implements LogSink {

    /** Detaching a partition without blocking writers came with version 14. */
    static final int OLDEST_SERVER = 140_000;
    private static final String MIGRATIONS = "classpath:dev/falcon/inferencelog/migration";
    private static final String NO_PARTITION = "23514";
    private static final Column[] COLUMNS = Column.values();
    private static final String INSERT = "INSERT INTO inference_logs ("
            + Arrays.stream(COLUMNS).map(Column::sqlName).collect(Collectors.joining(", ")) + ") VALUES ("
            + "?, ".repeat(COLUMNS.length - 1) + "?) ON CONFLICT DO NOTHING";
    /** Takes the table's lock and needs a writable server, but writes nothing. */
    private static final String TRY_OUT = "INSERT INTO inference_logs SELECT * FROM inference_logs WHERE false";

    private final PostgresPool pool;
    private final DatabaseMeters meters;
    private final Ticker ticker;
    private final InstantSource clock;
    private final Partitions partitions = new Partitions();
    private boolean migrated;

    PostgresSink(PostgresPool pool, DatabaseMeters meters, Ticker ticker, InstantSource clock) {
        this.pool = pool;
        this.meters = meters;
        this.ticker = ticker;
        this.clock = clock;
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
        Set<LocalDate> days = rows.stream().map(row -> Partitions.day(row.createdAt())).collect(Collectors.toSet());
        try {
            return timed(Operation.INSERT, connection -> {
                partitions.ensure(connection, days);
                return insert(connection, rows);
            });
        } catch (SQLException e) {
            if (isPartitionMissing(e)) {
                // Somebody dropped a partition that was known to exist; the next try makes it again.
                partitions.forget();
                return new WriteResult.Unavailable("a partition was missing");
            }
            return isRowsFault(e) ? new WriteResult.Refused("SQLSTATE " + state(e))
                    : new WriteResult.Unavailable(reason(e));
        }
    }

    private static WriteResult insert(Connection connection, List<LogRow> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (LogRow row : rows) {
                bind(insert, row);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        connection.commit();
        return new WriteResult.Committed();
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
            return timed(Operation.PROBE, connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(TRY_OUT);
                }
                connection.commit();
                observeClock(connection);
                return Optional.empty();
            });
        } catch (SQLException e) {
            prepareAgain();
            return Optional.of(reason(e));
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
        int version = timed(Operation.CONNECT, connection -> number(connection, "SHOW server_version_num"));
        Optional<String> tooOld = tooOld(version);
        if (tooOld.isPresent()) {
            return tooOld;
        }
        Optional<String> failure = migrate();
        if (failure.isEmpty()) {
            makePartitions();
            migrated = true;
        }
        return failure;
    }

    private Optional<String> migrate() {
        // Of workers that start at once, one may find the history table made between its look and its baseline.
        return migrateOnce().isEmpty() ? Optional.empty() : migrateOnce();
    }

    private Optional<String> migrateOnce() {
        long start = ticker.nanos();
        try {
            Flyway.configure()
                    .dataSource(pool.dataSource())
                    .locations(MIGRATIONS)
                    // Another program's tables in the schema are no reason not to make ours.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .loggers("slf4j")
                    .load()
                    .migrate();
            meters.succeeded(Operation.MIGRATE, ticker.nanos() - start);
            return Optional.empty();
        } catch (FlywayException e) {
            meters.failed(Operation.MIGRATE, ticker.nanos() - start);
            return Optional.of("migration failed: " + firstLine(e.getMessage()));
        }
    }

    private void makePartitions() throws SQLException {
        Instant now = clock.instant();
        timed(Operation.PARTITION, connection -> {
            partitions.ensureAhead(connection, now);
            return now;
        });
        meters.partitionDaysAhead(partitions.daysAhead(now));
    }

    @Override
    public void maintain() {
        try {
            makePartitions();
        } catch (SQLException e) {
            // Counted; tried again at the next call, days before it matters, and told by the gauge.
            meters.partitionDaysAhead(partitions.daysAhead(clock.instant()));
        }
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
                    meters.clockOffsetSeconds(
                            middle.getEpochSecond() + middle.getNano() / 1e9 - micros / 1e6);
                }
            }
        }
        connection.commit();
    }

    /** Something done on a connection. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Does and measures it; a connection on which anything but a row failed is not used again. */
    private <T> T timed(Operation operation, Work<T> work) throws SQLException {
        long start = ticker.nanos();
        try (Connection connection = pool.connection()) {
            try {
                T done = work.on(connection);
                meters.succeeded(operation, ticker.nanos() - start);
                return done;
            } catch (SQLException | RuntimeException e) {
                if (!(e instanceof SQLException failure && isRowsFault(failure))) {
                    pool.discard(connection);
                }
                throw e;
            }
        } catch (SQLException e) {
            meters.failed(operation, ticker.nanos() - start);
            throw e;
        }
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(query)) {
            int number = found.next() ? found.getInt(1) : 0;
            connection.commit();
            return number;
        }
    }

    /** A row without a partition violates a check too, but one without a name. */
    private static boolean isPartitionMissing(SQLException e) {
        for (SQLException each = e; each != null; each = each.getNextException()) {
            if (each instanceof PSQLException driver && NO_PARTITION.equals(driver.getSQLState())
                    && driver.getServerErrorMessage() != null) {
                return driver.getServerErrorMessage().getConstraint() == null;
            }
        }
        return false;
    }

    /** SQLSTATE classes 22 and 23: data exception, integrity constraint violation. */
    private static boolean isRowsFault(SQLException e) {
        String state = state(e);
        return state.startsWith("22") || state.startsWith("23");
    }

    private static String state(SQLException e) {
        for (SQLException each = e; each != null; each = each.getNextException()) {
            if (each.getSQLState() != null) {
                return each.getSQLState();
            }
        }
        return "unknown";
    }

    private static String reason(SQLException e) {
        return firstLine(e.getMessage()) + " (SQLSTATE " + state(e) + ")";
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.strip().lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        pool.close();
    }
}
