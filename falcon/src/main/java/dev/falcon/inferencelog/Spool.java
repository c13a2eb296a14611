package dev.falcon.inferencelog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows on disk that wait for the database, in the order they came: a SQLite file of one worker, bounded in size, that
 * outlives the process. Used by one thread at a time; the figures may be read by any.
 */
final class Spool implements AutoCloseable {

    /** What became of rows that were to be kept: all of them, always. */
    sealed interface Appended {}

    /** On disk, under consecutive numbers. */
    record Kept(long firstSeq, long lastSeq) implements Appended {}

    /** The spool or the disk is full; nothing was kept. */
    record NoRoom() implements Appended {}

    /** The file cannot be written; nothing was kept. */
    record Broken(String reason, boolean corrupt) implements Appended {}

    /** The oldest rows that wait, and the number of the last of them. */
    record Head(List<LogRow> rows, long lastSeq) {}

    static final int SCHEMA_VERSION = 1;
    private static final int BYTES_PER_MB = 1024 * 1024;
    private static final long SHRINK_FROM_BYTES = BYTES_PER_MB;
    private static final int SQLITE_CORRUPT = 11;
    private static final int SQLITE_FULL = 13;
    private static final int SQLITE_NOT_A_DATABASE = 26;
    private static final int PRIMARY_CODE_MASK = 0xFF;

    private final Path file;
    private final long maxPages;
    private final @Nullable SpoolLock lock;
    private Connection connection;
    private boolean closed;
    /** Up to this number rows are in the database already; 0 where none of those is still on disk. */
    private long deliveredSeq;
    private volatile long size;
    private volatile long bytes;
    private volatile @Nullable Instant oldest;
    private final @Nullable String setAsideAtStart;

    private Spool(Path file, long maxPages, @Nullable SpoolLock lock)
            throws SQLException, IOException, SpoolCorrupt {
        this.file = file;
        this.maxPages = maxPages;
        this.lock = lock;
        String corrupt = null;
        Connection opened;
        try {
            opened = openFile();
        } catch (SpoolCorrupt e) {
            corrupt = e.getMessage();
            moveAside();
            opened = openFile();
        }
        this.connection = opened;
        this.setAsideAtStart = corrupt;
        refresh(SqliteTable.number(connection, "SELECT count(*) FROM spool"));
    }

    /**
     * Opens the worker's spool, with what an earlier process left in it. A file that cannot be read is set aside.
     *
     * @param maxMb how large the files may grow
     */
    static Spool open(Path folder, String workerId, int maxMb) throws SpoolUnavailable {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new SpoolUnavailable("cannot make INFERENCE_LOG_SPOOL_DIR " + folder + ": " + e, e);
        }
        SpoolLock lock = SpoolLock.take(folder.resolve("spool-" + workerId + ".lock"), workerId);
        Path file = folder.resolve("spool-" + workerId + ".db");
        try {
            return opened(file, maxMb, lock);
        } catch (SpoolUnavailable e) {
            lock.close();
            throw e;
        }
    }

    /** Opens a spool that was another worker's and has a name of this worker's now, whose lock guards it. */
    static Spool openClaimed(Path file, int maxMb) throws SpoolUnavailable {
        return opened(file, maxMb, null);
    }

    private static Spool opened(Path file, int maxMb, @Nullable SpoolLock lock) throws SpoolUnavailable {
        try {
            // An eighth is left to the write-ahead log beside the file.
            return new Spool(file, (long) maxMb * BYTES_PER_MB / SqliteTable.PAGE_BYTES * 7 / 8, lock);
        } catch (SQLException | IOException | SpoolCorrupt e) {
            throw new SpoolUnavailable("cannot open the spool " + file + ": " + e.getMessage(), e);
        }
    }

    /** Fails as corrupt only where the content is at fault: a full disk or a wrong owner is no reason to give a file up. */
    private Connection openFile() throws SQLException, SpoolCorrupt {
        Connection opened = null;
        try {
            opened = SqliteTable.open(file.toString());
            setUp(opened);
            return opened;
        } catch (SQLException | SpoolCorrupt e) {
            if (opened != null) {
                opened.close();
            }
            if (e instanceof SQLException failure && saysCorrupt(failure)) {
                throw new SpoolCorrupt(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private void setUp(Connection opened) throws SQLException, SpoolCorrupt {
        try (Statement statement = opened.createStatement()) {
            long version = SqliteTable.number(opened, "PRAGMA user_version");
            if (version != 0 && version != SCHEMA_VERSION) {
                throw new SpoolCorrupt("it is of version " + version + ", this program's is " + SCHEMA_VERSION, null);
            }
            statement.execute("PRAGMA max_page_count = " + maxPages);
            statement.execute("PRAGMA wal_autocheckpoint = " + Math.clamp(maxPages / 16, 16, 1000));
            statement.execute("PRAGMA journal_size_limit = " + maxPages / 8 * SqliteTable.PAGE_BYTES);
            statement.execute("CREATE TABLE IF NOT EXISTS spool (seq INTEGER PRIMARY KEY, "
                    + SqliteTable.declarations() + ")");
            if (version == 0) {
                statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
            }
            SqliteTable.number(opened, "SELECT count(*) FROM spool");
            opened.setAutoCommit(false);
        }
    }

    boolean isAt(Path place) {
        return file.equals(place);
    }

    /** Removes the file; after closing, for one that nobody will use again. */
    void delete() throws IOException {
        for (String end : List.of("-wal", "-shm", "")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + end));
        }
    }

    /** How many rows wait. */
    long size() {
        return size;
    }

    /** Bytes in use on disk. */
    long bytes() {
        return bytes;
    }

    /** What those may become before nothing more is kept. */
    long limitBytes() {
        return maxPages * SqliteTable.PAGE_BYTES;
    }

    /** When the oldest row was made; null where none waits. */
    @Nullable
    Instant oldest() {
        return oldest;
    }

    /** Why the file found at the start had to be set aside; null where it was sound. */
    @Nullable
    String setAsideAtStart() {
        return setAsideAtStart;
    }

    /** Keeps all rows behind those that wait already, or none. */
    Appended append(List<LogRow> rows) {
        try (PreparedStatement insert = connection.prepareStatement(SqliteTable.insertInto("spool"))) {
            for (LogRow row : rows) {
                SqliteTable.bind(insert, row);
                insert.addBatch();
            }
            insert.executeBatch();
            long last = SqliteTable.number(connection, "SELECT last_insert_rowid()");
            connection.commit();
            refresh(size + rows.size());
            return new Kept(last - rows.size() + 1, last);
        } catch (SQLException e) {
            boolean corrupt = recover(e);
            return primaryCode(e) == SQLITE_FULL ? new NoRoom() : new Broken(String.valueOf(e.getMessage()), corrupt);
        }
    }

    /**
     * The oldest rows that wait; none where the spool is empty or cannot be read just now.
     *
     * @throws SpoolCorrupt if the file will never be read
     */
    Head head(int atMost) throws SpoolCorrupt {
        List<LogRow> rows = new ArrayList<>();
        long last = 0;
        try (Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT seq, " + SqliteTable.names() + " FROM spool WHERE seq > "
                                + deliveredSeq + " ORDER BY seq LIMIT " + atMost)) {
            while (found.next()) {
                last = found.getLong(1);
                rows.add(SqliteTable.read(found, 1));
            }
            connection.commit();
        } catch (SQLException e) {
            if (recover(e)) {
                throw new SpoolCorrupt(String.valueOf(e.getMessage()), e);
            }
            return new Head(List.of(), 0);
        } catch (DateTimeException | IllegalArgumentException e) {
            rollback();
            throw new SpoolCorrupt("a row cannot be read", e);
        }
        if (rows.isEmpty() && size > 0) {
            throw new SpoolCorrupt("rows were counted that are not there", null);
        }
        return new Head(rows, last);
    }

    /**
     * The oldest rows, up to this number, are in the database now. They wait no longer, even where the disk will not let
     * them go yet.
     */
    void delivered(long lastSeq, int count) {
        deliveredSeq = lastSeq;
        long rows = size - count;
        size = rows;
        forgetDelivered();
        if (deliveredSeq != 0) {
            refresh(rows);
        }
    }

    /** Takes what was delivered off the disk, where that has not been possible so far. */
    void forgetDelivered() {
        if (deliveredSeq == 0) {
            return;
        }
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM spool WHERE seq <= ?")) {
            delete.setLong(1, deliveredSeq);
            delete.executeUpdate();
            connection.commit();
            deliveredSeq = 0;
            refresh(size);
        } catch (SQLException e) {
            recover(e);
        }
    }

    /** Sets the unreadable file aside and begins a new one; returns how many rows waited in it. */
    long startAnew() throws SQLException, IOException, SpoolCorrupt {
        closeQuietly();
        long lost = size;
        moveAside();
        connection = openFile();
        deliveredSeq = 0;
        refresh(0);
        return lost;
    }

    /** Only the newest faulty file is kept, for whoever wants to look into it: they must not fill the disk. */
    private void moveAside() throws IOException {
        for (String end : List.of("", "-wal")) {
            Path part = file.resolveSibling(file.getFileName() + end);
            Path aside = file.resolveSibling(file.getFileName() + ".corrupt" + end);
            Files.deleteIfExists(aside);
            if (Files.exists(part)) {
                Files.move(part, aside);
            }
        }
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
    }

    /** Brings the figures up to date. What they are read for is done already, so a failure leaves them as they were. */
    private void refresh(long rows) {
        size = rows;
        try {
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery(
                            "SELECT created_at FROM spool WHERE seq > " + deliveredSeq + " ORDER BY seq LIMIT 1")) {
                oldest = found.next() ? Instant.parse(found.getString(1)) : null;
            }
            long free = SqliteTable.number(connection, "PRAGMA freelist_count") * SqliteTable.PAGE_BYTES;
            connection.commit();
            if (rows == 0 && deliveredSeq == 0 && free >= SHRINK_FROM_BYTES) {
                shrink();
            }
            bytes = SqliteTable.bytesInUse(connection);
            connection.commit();
        } catch (SQLException | DateTimeException e) {
            rollback();
        }
    }

    /** Gives the space of removed rows back to the disk; quick, since the table is empty. */
    private void shrink() throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement()) {
            statement.execute("VACUUM");
        } finally {
            connection.setAutoCommit(false);
        }
    }

    /** Makes the next statement possible after one failed; true where the file's content is at fault. */
    private boolean recover(SQLException failure) {
        rollback();
        if (saysCorrupt(failure)) {
            return true;
        }
        if (primaryCode(failure) != SQLITE_FULL && !closed) {
            try {
                closeQuietly();
                connection = openFile();
            } catch (SQLException e) {
                // The next statement finds the connection closed and comes here again.
                return false;
            } catch (SpoolCorrupt e) {
                return true;
            }
        }
        return false;
    }

    private void closeQuietly() {
        try {
            connection.close();
        } catch (SQLException e) {
            // What was kept is on disk already; whoever opens the file next finds it.
        }
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException alreadyRolledBack) {
            beginAgain();
        }
    }

    /** A full disk ends the transaction by itself; the driver does not know of it and would not begin another. */
    private void beginAgain() {
        try {
            connection.setAutoCommit(true);
        } catch (SQLException nothingToCommit) {
            // As expected: what matters is that the driver has left its transaction.
        }
        try {
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            // The next statement fails and is told.
        }
    }

    private static int primaryCode(SQLException e) {
        return e.getErrorCode() & PRIMARY_CODE_MASK;
    }

    /** Whether an error says that the file's content, not its disk, is at fault. */
    private static boolean saysCorrupt(SQLException e) {
        return primaryCode(e) == SQLITE_CORRUPT || primaryCode(e) == SQLITE_NOT_A_DATABASE;
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly();
        if (lock != null) {
            lock.close();
        }
    }
}
