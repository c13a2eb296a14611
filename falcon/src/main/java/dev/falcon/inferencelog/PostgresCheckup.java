package dev.falcon.inferencelog;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Looks a PostgreSQL over once, as a worker would use it, and tells what is there; judges nothing and leaves nothing
 * behind: what it tries, it rolls back. Every wait is bounded as a worker's is. For use by one thread.
 */
public final class PostgresCheckup {

    private static final int ROUND_TRIPS = 5;
    private static final int FURTHEST_LOOK = 30;
    private static final double NANOS_A_MILLISECOND = 1e6;
    private static final String WORKER_ID = "doctor";

    /** Numbers only. A backend of another user shows nothing but its database, so backends are counted by database. */
    private static final String CONNECTIONS = """
            SELECT current_setting('max_connections')::int,
                   current_setting('superuser_reserved_connections')::int
                       + coalesce(current_setting('reserved_connections', true), '0')::int,
                   (SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database)::int - 1,
                   (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'falcon-%%'
                       AND application_name <> '%1$s')::int,
                   (SELECT count(DISTINCT application_name) FROM pg_stat_activity
                       WHERE application_name LIKE 'falcon-%%' AND application_name <> '%1$s')::int
            """.formatted(PostgresPool.applicationName(WORKER_ID));

    /**
     * What was found.
     *
     * @param connectMillis connecting and authenticating
     * @param roundTripMillis the median round trip
     * @param writable whether a transaction may write
     * @param clockOffset by how much this machine's clock is ahead of the server's
     */
    public record Found(double connectMillis, double roundTripMillis, String version, Optional<String> tooOld,
            boolean writable, boolean inRecovery, Duration clockOffset, Connections connections, Rights rights) {}

    /**
     * Who is connected.
     *
     * @param max the server's limit
     * @param reserved of these for superusers and the like
     * @param inUse now, without this one
     * @param falcon of these by workers
     * @param workers how many different ones
     */
    public record Connections(int max, int reserved, int inUse, int falcon, int workers) {}

    /**
     * What the user may do.
     *
     * @param createFailure why it may make no table in its schema; empty where it may
     * @param tableExists whether the log's table is there yet
     * @param insertFailure why it may not write to the log's table; empty where it may or where there is none yet
     * @param daysAhead days after today with a partition, in a row; -1: not even today's is there
     */
    public record Rights(Optional<String> createFailure, boolean tableExists, Optional<String> insertFailure,
            int daysAhead) {}

    /** There is no connection, or it was lost; the server's or the driver's own words. */
    public static final class Failed extends Exception {

        private static final long serialVersionUID = 1L;

        private final String sqlState;

        Failed(String message, String sqlState) {
            super(message, null, false, false);
            this.sqlState = sqlState;
        }

        /** The five characters that tell the kind of failure, or {@code unknown}. */
        public String sqlState() {
            return sqlState;
        }
    }

    private final Settings.Postgres settings;
    private final Ticker ticker;
    private final InstantSource clock;

    public PostgresCheckup(Settings.Postgres settings, Ticker ticker, InstantSource clock) {
        this.settings = settings;
        this.ticker = ticker;
        this.clock = clock;
    }

    /**
     * Connects and looks.
     *
     * @throws Failed if there is no connection that answers
     */
    public Found run() throws Failed {
        long start = ticker.nanos();
        try (Connection connection = connect()) {
            double connectMillis = millisSince(start);
            connection.setAutoCommit(false);
            double roundTripMillis = roundTripMillis(connection);
            Duration offset = clockOffset(connection);
            int version = number(connection, "SHOW server_version_num");
            boolean inRecovery = text(connection, "SELECT pg_is_in_recovery()").equals("t");
            boolean writable = text(connection, "SHOW transaction_read_only").equals("off");
            Connections connections = connections(connection);
            Rights rights = rights(connection);
            return new Found(connectMillis, roundTripMillis, text(connection, "SHOW server_version"),
                    PostgresSink.tooOld(version), writable, inRecovery, offset, connections, rights);
        } catch (SQLException e) {
            throw new Failed(PostgresFault.firstLine(e.getMessage()), PostgresFault.state(e));
        } catch (IOException e) {
            throw new Failed(String.valueOf(e.getMessage()), "unknown");
        }
    }

    private Connection connect() throws SQLException, IOException {
        Properties properties = PostgresPool.driverProperties(settings, WORKER_ID);
        properties.setProperty("user", settings.user());
        String password = settings.password().current();
        if (password != null) {
            properties.setProperty("password", password);
        }
        return DriverManager.getConnection(PostgresPool.url(settings), properties);
    }

    private double roundTripMillis(Connection connection) throws SQLException {
        double[] millis = new double[ROUND_TRIPS];
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            for (int i = 0; i < ROUND_TRIPS; i++) {
                long start = ticker.nanos();
                statement.execute("SELECT 1");
                millis[i] = millisSince(start);
            }
        }
        Arrays.sort(millis);
        return millis[ROUND_TRIPS / 2];
    }

    /** Half of the round trip is the error. */
    private Duration clockOffset(Connection connection) throws SQLException {
        Instant before = clock.instant();
        long micros = Long.parseLong(
                text(connection, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"));
        Instant middle = before.plus(Duration.between(before, clock.instant()).dividedBy(2));
        return Duration.between(Instant.EPOCH.plusNanos(micros * 1000), middle);
    }

    private static Connections connections(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(CONNECTIONS)) {
            found.next();
            return new Connections(found.getInt(1), found.getInt(2), found.getInt(3), found.getInt(4),
                    found.getInt(5));
        }
    }

    private Rights rights(Connection connection) throws SQLException {
        connection.rollback();
        Optional<String> create = tried(connection, "CREATE TABLE falcon_doctor_" + ProcessHandle.current().pid()
                + " (only_tried int)");
        boolean exists = !text(connection, "SELECT to_regclass('inference_logs')").isEmpty();
        Optional<String> insert = exists ? tried(connection, PostgresSink.TRY_OUT) : Optional.empty();
        return new Rights(create, exists, insert, exists ? daysAhead(connection) : -1);
    }

    /** Why the statement fails; whatever it does is taken back. */
    private static Optional<String> tried(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(PostgresFault.firstLine(e.getMessage()));
        } finally {
            connection.rollback();
        }
    }

    private int daysAhead(Connection connection) throws SQLException {
        List<Partition> attached = Partition.attached(connection);
        LocalDate today = Partition.day(clock.instant());
        int ahead = -1;
        while (ahead < FURTHEST_LOOK && Partition.gaps(today.plusDays(ahead + 1L), attached).isEmpty()) {
            ahead++;
        }
        return ahead;
    }

    private static int number(Connection connection, String query) throws SQLException {
        return Integer.parseInt(text(connection, query));
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(query)) {
            String text = found.next() ? found.getString(1) : null;
            return text == null ? "" : text;
        }
    }

    private double millisSince(long startNanos) {
        return (ticker.nanos() - startNanos) / NANOS_A_MILLISECOND;
    }
}
