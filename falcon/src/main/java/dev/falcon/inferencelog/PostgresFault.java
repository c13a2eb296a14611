package dev.falcon.inferencelog;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Who is at fault when PostgreSQL refuses something, told by its SQLSTATE. Pure. */
enum PostgresFault {
    /** A row can never be stored: classes 22 and 23, data exception and integrity constraint violation. */
    ROW,
    /** A row belongs to a day that has no partition. */
    NO_PARTITION,
    /** The server, the way to it, or somebody's lock: another time the same may work. */
    SERVER,
    /** Something else, such as a table, a right or a trigger: this cannot be done, others perhaps can. */
    OTHER;

    private static final String CHECK_VIOLATION = "23514";

    /**
     * Connection, authorization, read-only and broken transactions, unknown database, lost races, resources, locks and
     * states of objects, an operator's hand, the system: what is no reason to give anything up.
     */
    private static final Set<String> SERVER_CLASSES = Set.of("08", "0L", "0P", "25", "28", "3D", "40", "53", "55", "57",
            "58", "72", "F0");

    static PostgresFault of(SQLException e) {
        if (isPartitionMissing(e)) {
            return NO_PARTITION;
        }
        String state = state(e);
        if (state.startsWith("22") || state.startsWith("23")) {
            return ROW;
        }
        boolean known = state.length() == 5 && !SERVER_CLASSES.contains(state.substring(0, 2));
        return known ? OTHER : SERVER;
    }

    /** Whether the connection on which it happened is as good as before. */
    boolean isOfRows() {
        return this == ROW || this == NO_PARTITION;
    }

    /** A row without a partition violates a check too, but one without a name. */
    private static boolean isPartitionMissing(SQLException e) {
        for (SQLException each = e; each != null; each = each.getNextException()) {
            if (each instanceof PSQLException driver && CHECK_VIOLATION.equals(driver.getSQLState())
                    && driver.getServerErrorMessage() != null) {
                return driver.getServerErrorMessage().getConstraint() == null;
            }
        }
        return false;
    }

    /** The SQLSTATE of the first cause that has one. */
    static String state(SQLException e) {
        for (SQLException each = e; each != null; each = each.getNextException()) {
            if (each.getSQLState() != null) {
                return each.getSQLState();
            }
        }
        return "unknown";
    }

    /** One line for people. Not for a fault of a row, whose message may quote it. */
    static String reason(SQLException e) {
        return firstLine(e.getMessage()) + " (SQLSTATE " + state(e) + ")";
    }

    static String firstLine(@Nullable String message) {
        return message == null ? "no reason given" : message.strip().lines().findFirst().orElse("");
    }
}
