package dev.falcon.inferencelog;

import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that each day has its partition. A new one is attached, not created in place: attaching waits for no reader
 * and makes no writer wait. Tables that somebody else made are used where they are attached and left alone where they
 * are not. Guarded by its own lock, but for {@link #daysAhead}, which waits for nothing.
 */
final class Partitions {

    /** Days after today that are made ahead. */
    static final int DAYS_AHEAD = 3;
    /** The furthest that is looked ahead: a partition without an end would have no last day. */
    private static final int FURTHEST_LOOK = 366;
    private static final int NAMES_FOR_A_DAY = 9;
    /** SQLSTATE duplicate_table. */
    private static final String NAME_TAKEN = "42P07";
    /** Any number of our own: workers that make partitions queue here instead of failing on each other's names. */
    private static final long ADVISORY_LOCK = 0x46616c636f6eL;

    private final EventLog log = new EventLog(Partitions.class);
    /** What was attached when the database was last asked; null before, and where that turned out to be wrong. */
    private volatile @Nullable List<Partition> attached;

    /** Makes the days' partitions where rows of theirs have no place, in transactions of its own. */
    synchronized void ensure(Connection connection, Collection<LocalDate> days) throws SQLException {
        for (LocalDate day : new TreeSet<>(days)) {
            List<Partition> known = attached;
            boolean placed = known != null
                    && (Partition.gaps(day, known).isEmpty() || known.stream().anyMatch(Partition::fallback));
            if (!placed) {
                make(connection, day);
            }
        }
    }

    /** Makes today's partition and those of the next days, whatever it believed to exist. One that fails stops no other. */
    synchronized void ensureAhead(Connection connection, Instant now) throws SQLException {
        LocalDate today = Partition.day(now);
        SQLException failure = null;
        for (LocalDate day : today.datesUntil(today.plusDays(DAYS_AHEAD + 1)).toList()) {
            try {
                make(connection, day);
            } catch (SQLException e) {
                log.emit(Event.PARTITION_FAILED, "cannot make the partition of " + day + ": " + PostgresFault.reason(e),
                        Field.of("day", day.toString()), Field.of("reason", PostgresFault.reason(e)));
                if (PostgresFault.of(e) == PostgresFault.SERVER) {
                    throw e;
                }
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** How many days in a row after today have their partition, as far as is known; NaN before anything is. */
    double daysAhead(Instant now) {
        List<Partition> known = attached;
        if (known == null) {
            return Double.NaN;
        }
        LocalDate today = Partition.day(now);
        int days = 0;
        while (days < FURTHEST_LOOK && Partition.gaps(today.plusDays(days + 1), known).isEmpty()) {
            days++;
        }
        return days;
    }

    /** Asks the database again at the next need: a partition turned out to be missing. */
    synchronized void forget() {
        attached = null;
    }

    private void make(Connection connection, LocalDate day) throws SQLException {
        try {
            if (!gaps(connection, day).isEmpty()) {
                run(connection, "SELECT pg_advisory_xact_lock(" + ADVISORY_LOCK + ")");
                for (Partition.Gap gap : gaps(connection, day)) {
                    make(connection, day, gap);
                }
            }
            List<Partition> now = Partition.attached(connection);
            connection.commit();
            attached = now;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    private static List<Partition.Gap> gaps(Connection connection, LocalDate day) throws SQLException {
        return Partition.gaps(day, Partition.attached(connection));
    }

    private void make(Connection connection, LocalDate day, Partition.Gap gap) throws SQLException {
        String name = freeName(connection, day);
        run(connection, "CREATE TABLE " + name + " (LIKE inference_logs INCLUDING DEFAULTS)");
        run(connection, "ALTER TABLE inference_logs ATTACH PARTITION " + name + " FOR VALUES FROM ('" + gap.from()
                + "') TO ('" + gap.to() + "')");
    }

    /** A table that was detached is not attached again: who detached it may want to keep it. */
    private String freeName(Connection connection, LocalDate day) throws SQLException {
        String first = Partition.name(day, 1);
        for (int which = 1; which <= NAMES_FOR_A_DAY; which++) {
            String name = Partition.name(day, which);
            if (!exists(connection, name)) {
                if (which > 1) {
                    log.emit(Event.PARTITION_NAME_TAKEN,
                            "the table " + first + " stands where the partition of " + day + " belongs, so " + name
                                    + " is made; rename or drop " + first + " if nobody needs it",
                            Field.of("day", day.toString()), Field.of("table", first), Field.of("partition", name));
                }
                return name;
            }
        }
        throw new SQLException("the tables " + first + " to " + Partition.name(day, NAMES_FOR_A_DAY)
                + " stand where the partition of " + day + " belongs; rename or drop them", NAME_TAKEN);
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            query.setString(1, name);
            try (ResultSet found = query.executeQuery()) {
                return found.next() && found.getBoolean(1);
            }
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
