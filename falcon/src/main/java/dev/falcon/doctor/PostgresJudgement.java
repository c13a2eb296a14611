package dev.falcon.doctor;

import dev.falcon.inferencelog.PostgresCheckup.Connections;
import dev.falcon.inferencelog.PostgresCheckup.Found;
import dev.falcon.inferencelog.PostgresCheckup.Rights;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What is to be thought of a PostgreSQL, given what was found. Pure. */
final class PostgresJudgement {

    private static final Duration LARGEST_OFFSET = Duration.ofSeconds(5);
    private static final double SLOW_MILLIS = 100;

    private PostgresJudgement() {}

    static List<Finding> of(Found found, int poolSize, String place) {
        return List.of(
                Finding.ok("postgres.connect", String.format(Locale.ROOT, "%s: connected and authenticated in %.0f ms",
                        place, found.connectMillis())),
                roundTrip(found.roundTripMillis()), version(found), role(found),
                rights(found.rights(), found.writable()),
                connections(found.connections(), poolSize), clock(found.clockOffset()), partitions(found.rights()));
    }

    /** The port is open, but no worker would get further. */
    static Finding failed(String message, String sqlState, String place) {
        String advice = switch (sqlState) {
            case "28P01" ->
                    "POSTGRES_PASSWORD (or the file that POSTGRES_PASSWORD_FILE names) is not that of POSTGRES_USER";
            case "28000" ->
                    "the server does not let this user in from here: check POSTGRES_USER and the server's pg_hba.conf";
            case "3D000" -> "make the database, owned by the user (CREATE DATABASE … OWNER …), or check POSTGRES_DB";
            case "53300" -> "every connection is taken: lower POSTGRES_POOL_SIZE, or find the holder:"
                    + " SELECT application_name, count(*) FROM pg_stat_activity GROUP BY 1";
            case "57P03" -> "the server starts, stops or recovers: wait, then look again";
            case "57014" -> "it is too slow for POSTGRES_OPERATION_TIMEOUT_SECONDS, or a lock is held:"
                    + " SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
            default -> otherAdvice(message);
        };
        return Finding.fault("postgres.connect", place + ": " + message + " (SQLSTATE " + sqlState + ")", advice);
    }

    private static String otherAdvice(String message) {
        String words = message.toLowerCase(Locale.ROOT);
        if (words.contains("password file")) {
            return "make the file that POSTGRES_PASSWORD_FILE names readable for this user";
        }
        if (words.contains("no password was provided")) {
            return "the server asks for a password: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE";
        }
        return words.contains("timed out") || words.contains("i/o error")
                ? "the port is open and nothing answers: is the process stopped or overloaded, and is it PostgreSQL?"
                        + " Try pg_isready on its machine"
                : "try psql with the same settings, and look at the server's log";
    }

    private static Finding roundTrip(double millis) {
        String detail = String.format(Locale.ROOT, "median %.2f ms", millis);
        return millis > SLOW_MILLIS
                ? Finding.warning("postgres.round_trip", detail + ": the log will lag behind under load",
                        "no request waits for it; place it nearer, or find out what slows it down")
                : Finding.ok("postgres.round_trip", detail);
    }

    private static Finding version(Found found) {
        return found.tooOld().isPresent()
                ? Finding.fault("postgres.version", found.tooOld().get(), "use a newer PostgreSQL")
                : Finding.ok("postgres.version", "PostgreSQL " + found.version());
    }

    private static Finding role(Found found) {
        if (found.inRecovery()) {
            return Finding.fault("postgres.role", "it is in recovery or a replica, where nothing can be written",
                    "set POSTGRES_HOST to the primary");
        }
        return found.writable()
                ? Finding.ok("postgres.role", "primary, writable")
                : Finding.fault("postgres.role", "its transactions are read-only (default_transaction_read_only)",
                        "ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf(); look for the same on"
                                + " the database and the user");
    }

    private static Finding rights(Rights rights, boolean writable) {
        if (!writable) {
            return Finding.skipped("postgres.rights", "nothing can be written there now", "");
        }
        if (rights.insertFailure().isPresent()) {
            return Finding.fault("postgres.rights",
                    "no row can be added to inference_logs: " + rights.insertFailure().get(),
                    "GRANT SELECT, INSERT on it, or better: let POSTGRES_USER own it (ALTER TABLE … OWNER TO …)");
        }
        if (rights.createFailure().isPresent()) {
            return Finding.fault("postgres.rights", "no table can be made: " + rights.createFailure().get(),
                    "GRANT CREATE, USAGE ON SCHEMA public TO the user: a worker makes each day's partition");
        }
        return Finding.ok("postgres.rights", rights.tableExists()
                ? "may make tables and add rows to inference_logs"
                : "may make tables; the first worker makes inference_logs");
    }

    /** What others leave of the server's connections, and how many workers of this pool's size fit into it. */
    private static Finding connections(Connections now, int poolSize) {
        int left = now.max() - now.reserved() - (now.inUse() - now.falcon());
        int fit = Math.max(0, left / poolSize);
        String detail = "max_connections " + now.max() + ", " + now.reserved() + " reserved, " + now.inUse()
                + " in use (" + now.falcon() + " by " + now.workers() + (now.workers() == 1 ? " worker" : " workers")
                + "): room for " + fit + (fit == 1 ? " worker" : " workers") + " in all of POSTGRES_POOL_SIZE "
                + poolSize;
        return fit < Math.max(1, now.workers())
                ? Finding.warning("postgres.connections", detail,
                        "lower POSTGRES_POOL_SIZE (a worker needs two to four), raise max_connections, or find the holder:"
                                + " SELECT application_name, count(*) FROM pg_stat_activity GROUP BY 1")
                : Finding.ok("postgres.connections", detail);
    }

    private static Finding clock(Duration offset) {
        String detail = String.format(Locale.ROOT, "this clock is %.3f s %s the server's",
                Math.abs(offset.toMillis()) / 1e3, offset.isNegative() ? "behind" : "ahead of");
        return offset.abs().compareTo(LARGEST_OFFSET) > 0
                ? Finding.warning("postgres.clock", detail + ": rows fall into wrong minutes and days",
                        "set both clocks by NTP: timedatectl, chronyc tracking")
                : Finding.ok("postgres.clock", detail);
    }

    private static Finding partitions(Rights rights) {
        if (!rights.tableExists()) {
            return Finding.ok("postgres.partitions", "none yet; the first worker makes them");
        }
        return rights.daysAhead() < 1
                ? Finding.warning("postgres.partitions",
                        rights.daysAhead() < 0 ? "today's partition is missing" : "tomorrow's partition is missing",
                        "a worker that runs makes them three days ahead: start one, and look for"
                                + " database_unavailable in its log")
                : Finding.ok("postgres.partitions", "made " + rights.daysAhead() + " days ahead");
    }
}
