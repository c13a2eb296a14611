package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.DatabaseMeters;
import dev.falcon.telemetry.DatabaseMeters.Operation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Does things on connections of the pool, one operation each, and measures them. Safe for use by several threads. */
final class PostgresCalls implements AutoCloseable {

    /** Something done on a connection, which it leaves without an open transaction. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final PostgresPool pool;
    private final DatabaseMeters meters;
    private final Ticker ticker;

    PostgresCalls(PostgresPool pool, DatabaseMeters meters, Ticker ticker) {
        this.pool = pool;
        this.meters = meters;
        this.ticker = ticker;
    }

    DatabaseMeters meters() {
        return meters;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Does and measures it; a connection on which anything but a row failed is not used again. */
    <T> T timed(Operation operation, Work<T> work) throws SQLException {
        long start = ticker.nanos();
        try (Connection connection = pool.connection()) {
            try {
                T done = work.on(connection);
                meters.succeeded(operation, ticker.nanos() - start);
                return done;
            } catch (SQLException | RuntimeException e) {
                if (!(e instanceof SQLException failure && PostgresFault.of(failure).isOfRows())) {
                    pool.discard(connection);
                }
                throw e;
            }
        } catch (SQLException e) {
            meters.failed(operation, ticker.nanos() - start);
            throw e;
        }
    }

    /** Brings the table up to date; the reason where that failed. */
    Optional<String> migrate() {
        // Of workers that start at once, one may find the history table made between its look and its baseline.
        return migrateOnce().isEmpty() ? Optional.empty() : migrateOnce();
    }

    private Optional<String> migrateOnce() {
        long start = ticker.nanos();
        Optional<String> failure = Migration.run(pool.dataSource());
        long elapsed = ticker.nanos() - start;
        if (failure.isEmpty()) {
            meters.succeeded(Operation.MIGRATE, elapsed);
        } else {
            meters.failed(Operation.MIGRATE, elapsed);
        }
        return failure;
    }

    static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(query)) {
            int number = found.next() ? found.getInt(1) : 0;
            connection.commit();
            return number;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
