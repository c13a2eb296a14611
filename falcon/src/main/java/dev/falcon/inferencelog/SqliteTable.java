package dev.falcon.inferencelog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The log's columns in SQLite: how they are declared, bound and read. Ids are text, booleans 0 and 1, times ISO 8601 in
 * UTC with six decimals, so that they sort and SQLite's date functions take them. Stateless.
 */
final class SqliteTable {

    static final int PAGE_BYTES = 4096;

    /** Bytes in use: what was deleted and may be used again does not count. */
    static final String BYTES_IN_USE = "SELECT (page_count - freelist_count) * " + PAGE_BYTES
            + " FROM pragma_page_count(), pragma_freelist_count()";

    private static final Column[] COLUMNS = Column.values();
    private static final int TIME_CHARACTERS = 27;

    private SqliteTable() {}

    /** Opens a file in write-ahead mode: a killed process loses nothing, a power cut at most the last commits. */
    static Connection open(String file) throws SQLException {
        Properties properties = new Properties();
        // Else the driver prepares a query for them after each update.
        properties.setProperty("jdbc.get_generated_keys", "false");
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file, properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA page_size = " + PAGE_BYTES);
            statement.execute("PRAGMA busy_timeout = 5000");
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = NORMAL");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** The declarations of all columns, for CREATE TABLE. */
    static String declarations() {
        return Arrays.stream(COLUMNS)
                .map(column -> column.sqlName() + " " + column.kind().sqliteType()
                        + (column.required() ? " NOT NULL" : ""))
                .collect(Collectors.joining(", "));
    }

    /** A time as it is stored. */
    static String time(Instant time) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(TIME_CHARACTERS);
        digits(text, utc.getYear(), 1000).append('-');
        digits(text, utc.getMonthValue(), 10).append('-');
        digits(text, utc.getDayOfMonth(), 10).append('T');
        digits(text, utc.getHour(), 10).append(':');
        digits(text, utc.getMinute(), 10).append(':');
        digits(text, utc.getSecond(), 10).append('.');
        return digits(text, utc.getNano() / 1000, 100_000).append('Z').toString();
    }

    /** As many digits as its first one's unit says, so that shorter numbers begin with zeros. */
    private static StringBuilder digits(StringBuilder text, int number, int firstUnit) {
        for (int unit = firstUnit; unit > 0; unit /= 10) {
            text.append((char) ('0' + number / unit % 10));
        }
        return text;
    }

    static String names() {
        return Arrays.stream(COLUMNS).map(Column::sqlName).collect(Collectors.joining(", "));
    }

    static String insertInto(String table) {
        return "INSERT INTO " + table + " (" + names() + ") VALUES ("
                + "?, ".repeat(COLUMNS.length - 1) + "?)";
    }

    static void bind(PreparedStatement insert, LogRow row) throws SQLException {
        for (int i = 0; i < COLUMNS.length; i++) {
            Object value = row.value(COLUMNS[i]);
            if (value == null) {
                insert.setNull(i + 1, Types.NULL);
                continue;
            }
            switch (COLUMNS[i].kind()) {
                case UUID -> insert.setString(i + 1, value.toString());
                case TIMESTAMP -> insert.setString(i + 1, time((Instant) value));
                case BOOLEAN -> insert.setInt(i + 1, (Boolean) value ? 1 : 0);
                case INTEGER -> insert.setInt(i + 1, (Integer) value);
                case REAL -> insert.setDouble(i + 1, (Double) value);
                case TEXT, JSON -> insert.setString(i + 1, (String) value);
            }
        }
    }

    /** Reads a row whose columns begin behind {@code offset} others. */
    static LogRow read(ResultSet found, int offset) throws SQLException {
        LogRow.Builder row = LogRow.builder();
        for (int i = 0; i < COLUMNS.length; i++) {
            row.set(COLUMNS[i], value(found, offset + i + 1, COLUMNS[i].kind()));
        }
        return row.build();
    }

    /** Each column is asked for once: the driver makes a text anew each time. */
    private static @Nullable Object value(ResultSet found, int index, Column.Kind kind) throws SQLException {
        Object value = switch (kind) {
            case UUID -> parsed(found.getString(index), UUID::fromString);
            case TIMESTAMP -> parsed(found.getString(index), Instant::parse);
            case BOOLEAN -> found.getInt(index) != 0;
            case INTEGER -> found.getInt(index);
            case REAL -> found.getDouble(index);
            case TEXT, JSON -> found.getString(index);
        };
        return found.wasNull() ? null : value;
    }

    private static <T> @Nullable T parsed(@Nullable String text, Function<String, T> parser) {
        return text == null ? null : parser.apply(text);
    }

    static long bytesInUse(Connection connection) throws SQLException {
        return number(connection, BYTES_IN_USE);
    }

    static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet found = statement.executeQuery(query)) {
            return found.next() ? found.getLong(1) : 0;
        }
    }
}
