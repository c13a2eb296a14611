package dev.falcon.inferencelog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.util.Credentials;
import dev.falcon.config.Settings;
import dev.falcon.telemetry.DatabaseMeters;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections to PostgreSQL, each with every wait bounded: connecting and reading by the driver, statements and locks by
 * the server. The password is read anew for each connection. Opens none before it is asked for one. Safe for use by many
 * threads.
 */
final class PostgresPool implements AutoCloseable {

    private static final long LEAST_POOL_WAIT_MILLIS = 250;
    private static final Duration PATIENCE_OF_SOCKET = Duration.ofSeconds(1);

    private final HikariDataSource pool;
    private final Settings.Postgres settings;

    PostgresPool(Settings.Postgres settings, String workerId, DatabaseMeters meters) {
        this.settings = settings;
        long timeoutMillis = settings.operationTimeout().toMillis();
        HikariConfig config = new HikariConfig();
        config.setPoolName("falcon");
        config.setDriverClassName("org.postgresql.Driver");
        config.setJdbcUrl(url(settings));
        config.setDataSourceProperties(driverProperties(settings, workerId));
        config.setCredentialsProvider(() -> Credentials.of(settings.user(), passwordOrNone(settings)));
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(Math.max(timeoutMillis, LEAST_POOL_WAIT_MILLIS));
        config.setValidationTimeout(Math.max(timeoutMillis, LEAST_POOL_WAIT_MILLIS));
        config.setAutoCommit(false);
        pool = new HikariDataSource(config);
        meters.pool(() -> gauge(pool, true), () -> gauge(pool, false));
    }

    static String url(Settings.Postgres settings) {
        return "jdbc:postgresql://" + bracketed(settings.host()) + ":" + settings.port() + "/";
    }

    /** What the server's list of sessions calls a worker's. */
    static String applicationName(String workerId) {
        return "falcon-" + workerId;
    }

    /** With every wait bounded; without user and password. */
    static Properties driverProperties(Settings.Postgres settings, String workerId) {
        Duration timeout = settings.operationTimeout();
        // The server gives up before the socket does, and a lock before its statement: the likelier reason is told.
        long lockMillis = Math.max(timeout.toMillis() * 3 / 4, 1);
        Properties driver = new Properties();
        driver.setProperty("PGDBNAME", settings.db());
        driver.setProperty("ApplicationName", applicationName(workerId));
        driver.setProperty("connectTimeout", Long.toString(wholeSeconds(timeout)));
        driver.setProperty("socketTimeout", Long.toString(wholeSeconds(timeout.plus(PATIENCE_OF_SOCKET))));
        driver.setProperty("loginTimeout", Long.toString(wholeSeconds(timeout)));
        driver.setProperty("cancelSignalTimeout", "1");
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("reWriteBatchedInserts", "true");
        driver.setProperty("logServerErrorDetail", "false");
        driver.setProperty("options",
                "-c statement_timeout=" + timeout.toMillis() + " -c lock_timeout=" + lockMillis);
        return driver;
    }

    private static long wholeSeconds(Duration timeout) {
        return Math.ceilDiv(timeout.toMillis(), 1000);
    }

    private static String bracketed(@Nullable String host) {
        String name = host == null ? "localhost" : host;
        return name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
    }

    /** None where its file cannot be read: that must not stop the start, and is told when a connection fails by it. */
    private static @Nullable String passwordOrNone(Settings.Postgres settings) {
        try {
            return settings.password().current();
        } catch (IOException e) {
            return null;
        }
    }

    /** A connection without auto-commit; the cause of a failure is the driver's, not the pool's. */
    Connection connection() throws SQLException {
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            SQLException told = e.getCause() instanceof SQLException cause ? cause : e;
            try {
                settings.password().current();
            } catch (IOException unreadable) {
                throw new SQLException(unreadable.getMessage(), told.getSQLState(), told);
            }
            throw told;
        }
    }

    /** Closes a connection for good: what went wrong on it may be the connection's own fault. */
    void discard(Connection connection) {
        pool.evictConnection(connection);
    }

    /** For the migration, which opens and closes its own connections. */
    DataSource dataSource() {
        return pool;
    }

    private static double gauge(HikariDataSource pool, boolean total) {
        HikariPoolMXBean running = pool.getHikariPoolMXBean();
        if (running == null) {
            return 0;
        }
        return total ? running.getTotalConnections() : running.getIdleConnections();
    }

    @Override
    public void close() {
        pool.close();
    }
}
