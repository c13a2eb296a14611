package dev.falcon.inferencelog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Tries whether SQLite's native code can be loaded, which is unpacked to {@code java.io.tmpdir}. Stateless. */
public final class SqliteCheckup {

    private SqliteCheckup() {}

    /** Why it does not work here; empty where it does. */
    public static Optional<String> failure() {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            return Optional.empty();
        } catch (SQLException | LinkageError e) {
            Throwable innermost = e;
            while (innermost.getCause() != null) {
                innermost = innermost.getCause();
            }
            return Optional.of(PostgresFault.firstLine(innermost.toString()));
        }
    }
}
