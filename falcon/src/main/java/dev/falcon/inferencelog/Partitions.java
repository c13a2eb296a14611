package dev.falcon.inferencelog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * The day partitions of {@code inference_logs} that are known to exist; makes missing ones. A new partition is attached,
 * not created in place: attaching waits for no reader and makes no writer wait. Guarded by its own lock.
 */
final class Partitions {

    /** Days after today that are made ahead. */
    static final int DAYS_AHEAD = 3;
    private static final String PREFIX = "inference_logs_p";
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
    /** Any number of our own: workers that make partitions queue here instead of failing on each other's names. */
    private static final long ADVISORY_LOCK = 0x46616c636f6eL;

    private final Set<LocalDate> known = new TreeSet<>();

    /** The UTC day a row of this time belongs to. */
    static LocalDate day(Instant createdAt) {
        return LocalDate.ofInstant(createdAt, ZoneOffset.UTC);
    }

    /** Makes the days' partitions where they are missing, in transactions of its own. */
    synchronized void ensure(Connection connection, Collection<LocalDate> days) throws SQLException {
        for (LocalDate day : new TreeSet<>(days)) {
            if (!known.contains(day)) {
                make(connection, day);
                known.add(day);
            }
        }
    }

    /** Makes today's partition and those of the next days, and forgets what it believed to exist. */
    synchronized void ensureAhead(Connection connection, Instant now) throws SQLException {
        known.clear();
        LocalDate today = day(now);
        ensure(connection, today.datesUntil(today.plusDays(DAYS_AHEAD + 1)).toList());
    }

    /** How many days in a row after today are known to exist. */
    synchronized int daysAhead(Instant now) {
        LocalDate today = day(now);
        int days = 0;
        while (known.contains(today.plusDays(days + 1))) {
            days++;
        }
        return days;
    }

    /** Forgets everything: a partition turned out to be missing. */
    synchronized void forget() {
        known.clear();
    }

    private static void make(Connection connection, LocalDate day) throws SQLException {
        String name = PREFIX + DAY.format(day);
        if (exists(connection, name)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(" + ADVISORY_LOCK + ")");
            if (!exists(connection, name)) {
                statement.execute("CREATE TABLE " + name + " (LIKE inference_logs INCLUDING DEFAULTS)");
                statement.execute("ALTER TABLE inference_logs ATTACH PARTITION " + name + " FOR VALUES FROM ('" + day
                        + " 00:00:00+00') TO ('" + day.plusDays(1) + " 00:00:00+00')");
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    /** Whether a table of this name is attached; a detached one of that name does not count and makes attaching fail. */
    private static boolean exists(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT 1 FROM pg_inherits WHERE inhparent = "
                        + "'inference_logs'::regclass AND inhrelid = to_regclass('" + name + "')")) {
            return found.next();
        }
    }
}
