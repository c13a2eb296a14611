package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.DatabaseMeters.Operation;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How full the disk of the database is, for the metrics. The server tells in the table {@code database_disk}, which
 * deploy/postgres/database-disk.sql makes; a server without it is as good as any. What was read is known for
 * {@link #FRESH} after it was measured. Safe for use by several threads.
 */
final class DatabaseDisk {

    /** How long a measurement is worth something. */
    static final Duration FRESH = Duration.ofMinutes(5);

    private static final String MAY_READ =
            "SELECT coalesce(has_table_privilege(to_regclass('database_disk'), 'SELECT'), false)";
    private static final String NEWEST = """
            SELECT total_bytes, free_bytes, extract(epoch FROM clock_timestamp() - measured_at) FROM database_disk
            ORDER BY measured_at DESC NULLS LAST LIMIT 1
            """;
    private static final double NANOS = 1e9;
    private static final double DAY_SECONDS = 86_400;

    private record Reading(long totalBytes, long freeBytes, long measuredNanos) {}

    private final EventLog log = new EventLog(DatabaseDisk.class);
    private final PostgresCalls calls;
    private final Ticker ticker;
    private volatile @Nullable Reading last;

    DatabaseDisk(PostgresCalls calls) {
        this.calls = calls;
        this.ticker = calls.ticker();
        calls.meters().disk(() -> known(Reading::totalBytes), () -> known(Reading::freeBytes));
    }

    /** Asks the server. Where that fails, what was known stays until it is too old; a look is no reason to stop anything. */
    void look() {
        try {
            last = calls.timed(Operation.PROBE, this::read).orElse(null);
        } catch (SQLException e) {
            // Why a server does not answer is told by whoever needs it.
            if (PostgresFault.of(e) != PostgresFault.SERVER) {
                unreadable(PostgresFault.reason(e));
            }
        }
    }

    private Optional<Reading> read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Optional<Reading> found = mayRead(statement) ? newest(statement) : Optional.empty();
            connection.commit();
            return found;
        }
    }

    private static boolean mayRead(Statement statement) throws SQLException {
        try (ResultSet found = statement.executeQuery(MAY_READ)) {
            return found.next() && found.getBoolean(1);
        }
    }

    /** Empty where there is no row, or one that cannot be true. */
    private Optional<Reading> newest(Statement statement) throws SQLException {
        try (ResultSet found = statement.executeQuery(NEWEST)) {
            if (!found.next()) {
                return Optional.empty();
            }
            long total = found.getLong(1);
            long free = found.getLong(2);
            double ageSeconds = found.getDouble(3);
            boolean dated = !found.wasNull();
            if (total <= 0 || free < 0 || free > total || !dated) {
                unreadable("total_bytes is " + total + ", free_bytes " + free + (dated ? "" : ", measured_at null"));
                return Optional.empty();
            }
            // A clock that is ahead makes nothing newer than now.
            long ageNanos = (long) (Math.clamp(ageSeconds, 0.0, DAY_SECONDS) * NANOS);
            return Optional.of(new Reading(total, free, ticker.nanos() - ageNanos));
        }
    }

    private void unreadable(String reason) {
        log.emit(Event.DATABASE_DISK_UNREADABLE, "the table database_disk tells nothing of the disk: " + reason,
                Field.of("reason", reason));
    }

    /** NaN where nothing is known. */
    private double known(ToLongFunction<Reading> which) {
        Reading now = last;
        return now == null || ticker.nanos() - now.measuredNanos() > FRESH.toNanos()
                ? Double.NaN
                : (double) which.applyAsLong(now);
    }
}
