package dev.falcon.inferencelog;

import dev.falcon.telemetry.DatabaseMeters.Operation;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes days past retention from PostgreSQL: detaches their partitions concurrently, then drops them. One worker at a
 * time; the others skip. Before it detaches a partition it marks it by a comment, so that whoever comes after a crash
 * knows which detached tables were to be dropped, and drops no table that somebody detached to keep it.
 *
 * <p>What is past retention must be so by two clocks, this machine's and the database's: one that is wrong by far keeps
 * days too long at worst. For use by one thread at a time, but for {@link #mayBePast} and {@link #firstKept}.
 */
final class Retention {

    /** The comment on a partition that is being dropped. */
    static final String MARK = "Falcon: past INFERENCE_LOG_RETENTION_DAYS, being dropped";
    /** The longest that one of its statements waits for another's lock, and with it whoever queues behind it. */
    static final int LOCK_TIMEOUT_MILLIS = 1000;
    /** Any number of our own; whoever has it applies the retention. */
    static final long ADVISORY_LOCK = 0x46616c636f6eL + 1;

    private static final String MARKED_AND_DETACHED = """
            SELECT relname FROM pg_class
            WHERE relkind = 'r' AND NOT relispartition AND obj_description(oid, 'pg_class') = '%s'
              AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'inference_logs'::regclass)
              AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
            ORDER BY relname
            """.formatted(MARK);

    /** One look at the database: what came of it so far. */
    private static final class Pass {
        private final List<String> dropped = new ArrayList<>();
        private @Nullable SQLException failure;

        /** A table that cannot be had stops no other, but a server that does not answer in time stops everything. */
        void failed(SQLException e) throws SQLException {
            if (PostgresFault.of(e) == PostgresFault.SERVER) {
                throw e;
            }
            failure = e;
        }
    }

    private final EventLog log = new EventLog(Retention.class);
    private final PostgresCalls calls;
    private final InstantSource clock;
    private final int days;

    /** @param days how many whole days are kept before the current one */
    Retention(PostgresCalls calls, InstantSource clock, int days) {
        this.calls = calls;
        this.clock = clock;
        this.days = days;
    }

    /** Whether a row of this day may be past retention; if so, {@link #firstKept} decides. */
    boolean mayBePast(LocalDate day) {
        return day.isBefore(firstKept(clock.instant()));
    }

    /** The first day that is kept, by the clock that is behind. */
    LocalDate firstKept(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT clock_timestamp()")) {
            Instant here = clock.instant();
            Instant there = found.next() ? found.getObject(1, OffsetDateTime.class).toInstant() : here;
            return firstKept(there.isBefore(here) ? there : here);
        }
    }

    private LocalDate firstKept(Instant now) {
        return Partition.day(now).minusDays(days);
    }

    /** Drops what is past retention now. Whatever stands in its way is told and left for the next time. */
    void apply() {
        Pass pass = new Pass();
        try {
            calls.timed(Operation.RETENTION, connection -> {
                // Detaching concurrently commits by itself.
                connection.setAutoCommit(true);
                if (!asked(connection, "SELECT pg_try_advisory_lock(" + ADVISORY_LOCK + ")")) {
                    return pass;
                }
                run(connection, "SET lock_timeout = " + LOCK_TIMEOUT_MILLIS);
                pass(connection, pass);
                if (pass.failure != null) {
                    throw pass.failure;
                }
                run(connection, "RESET lock_timeout");
                asked(connection, "SELECT pg_advisory_unlock(" + ADVISORY_LOCK + ")");
                return pass;
            });
        } catch (SQLException e) {
            // The connection is given up, and the lock with it.
            log.emit(Event.RETENTION_FAILED,
                    "days past retention could not be dropped, tried again in a minute: " + PostgresFault.reason(e),
                    Field.of("reason", PostgresFault.reason(e)));
        }
        if (!pass.dropped.isEmpty()) {
            String names = String.join(", ", pass.dropped);
            log.emit(Event.RETENTION_APPLIED, "dropped what is older than " + days + " days: " + names,
                    Field.of("dropped", names), Field.of("retention_days", days));
        }
    }

    private void pass(Connection connection, Pass pass) throws SQLException {
        LocalDate firstKept = firstKept(connection);
        for (Partition each : Partition.attached(connection)) {
            // One that is not ours may be another's work in progress.
            if (each.detaching() && MARK.equals(each.comment())) {
                run(connection, "ALTER TABLE inference_logs DETACH PARTITION " + quoted(each.name()) + " FINALIZE");
            }
        }
        dropDetached(connection, firstKept, pass);
        for (Partition each : Partition.attached(connection)) {
            boolean past = each.isOurs() && !each.to().isAfter(Partition.begin(firstKept));
            try {
                if (past && !each.detaching()) {
                    run(connection, "COMMENT ON TABLE " + quoted(each.name()) + " IS '" + MARK + "'");
                    run(connection,
                            "ALTER TABLE inference_logs DETACH PARTITION " + quoted(each.name()) + " CONCURRENTLY");
                    dropDetached(connection, firstKept, pass);
                } else if (!past && MARK.equals(each.comment())) {
                    // It was to be dropped, but the time to keep it was made longer.
                    run(connection, "COMMENT ON TABLE " + quoted(each.name()) + " IS NULL");
                }
            } catch (SQLException e) {
                pass.failed(e);
            }
        }
    }

    private static void dropDetached(Connection connection, LocalDate firstKept, Pass pass) throws SQLException {
        for (String name : names(connection)) {
            LocalDate day = Partition.dayOf(name);
            if (day != null && day.isBefore(firstKept)) {
                try {
                    run(connection, "DROP TABLE " + quoted(name));
                    pass.dropped.add(name);
                } catch (SQLException e) {
                    pass.failed(e);
                }
            }
        }
    }

    private static List<String> names(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(MARKED_AND_DETACHED)) {
            while (found.next()) {
                names.add(found.getString(1));
            }
        }
        return names;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static boolean asked(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(query)) {
            return found.next() && found.getBoolean(1);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
