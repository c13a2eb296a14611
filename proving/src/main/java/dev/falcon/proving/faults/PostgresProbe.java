package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import dev.falcon.testing.RealPostgres;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Sees what a worker would see of PostgreSQL, as the worker's user and on a connection of its own; leaves no row. */
final class PostgresProbe {

    /** A table of wide rows beside the log's, so that a full disk shows at once. Made by the superuser. */
    static final String TABLE = "proving_probe";

    private static final String TAKE_LOCK = "INSERT INTO inference_logs SELECT * FROM inference_logs WHERE false";
    private static final String WIDE_ROW = "INSERT INTO " + TABLE + " VALUES (repeat('x', 200000))";

    private final int port;

    PostgresProbe(int port) {
        this.port = port;
    }

    Sight look() {
        long start = Ticker.system().nanos();
        String seen;
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + RealPostgres.DATABASE, properties());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(TAKE_LOCK);
            statement.execute(WIDE_ROW);
            connection.rollback();
            seen = Sight.INSERTED;
        } catch (SQLException e) {
            seen = named(e);
        }
        return new Sight(seen, (Ticker.system().nanos() - start) / 1_000_000);
    }

    private static Properties properties() {
        Properties driver = new Properties();
        driver.setProperty("user", RealPostgres.USER);
        driver.setProperty("password", RealPostgres.PASSWORD);
        driver.setProperty("connectTimeout", "2");
        driver.setProperty("socketTimeout", "2");
        driver.setProperty("loginTimeout", "2");
        driver.setProperty("options", "-c lock_timeout=300");
        return driver;
    }

    private static String named(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        if (!state.startsWith("08")) {
            return "SQLSTATE " + state;
        }
        for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SocketTimeoutException
                    || String.valueOf(each.getMessage()).startsWith("Connection attempt timed out")) {
                return Sight.SILENCE;
            }
        }
        return Sight.LOST;
    }
}
