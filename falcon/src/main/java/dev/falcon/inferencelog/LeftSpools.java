package dev.falcon.inferencelog;

import dev.falcon.inferencelog.Books.Place;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.LogBooks.DropReason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Spools that dead workers left in the folder: claims them, delivers what is in them and removes them. A claim lasts a
 * moment: under the dead worker's lock its file gets a name of this worker's, so that a worker that is started again
 * meanwhile begins a new one. What was claimed is guarded by this worker's own lock, and can be claimed again after its
 * death. For the housekeeping thread; the figures may be read by any.
 */
final class LeftSpools implements AutoCloseable {

    /** A worker's own spool, or one it claimed, which has a sign in its name that no worker's has. */
    private static final Pattern FILE = Pattern.compile("spool-([^+]+)(\\+[^+]+)?\\.db");
    /** Batches delivered in one go from one file, so that other housekeeping gets its turn. */
    private static final int BATCHES = 10;

    private final EventLog log = new EventLog(LeftSpools.class);
    private final Path folder;
    private final String workerId;
    private final int maxMb;
    private final Books books;
    private final Delivery delivery;
    private final List<Spool> claimed = new CopyOnWriteArrayList<>();
    private final Set<Path> told = new HashSet<>();

    /** The folder of all spools, the worker whose process this is, and how large a spool may grow. */
    record Home(Path folder, String workerId, int maxMb) {}

    LeftSpools(Home home, Books books, Delivery delivery) {
        this.folder = home.folder();
        this.workerId = home.workerId();
        this.maxMb = home.maxMb();
        this.books = books;
        this.delivery = delivery;
        find(false);
    }

    /** Bytes in use on disk. */
    long bytes() {
        return claimed.stream().mapToLong(Spool::bytes).sum();
    }

    /** When the oldest row was made; null where none waits. */
    @Nullable
    Instant oldest() {
        return claimed.stream().map(Spool::oldest).filter(each -> each != null).min(Instant::compareTo).orElse(null);
    }

    /** Claims what dead workers left since the last look. */
    void find() {
        find(true);
    }

    private void find(boolean ofOthers) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "spool-*.db")) {
            for (Path file : files) {
                Matcher matcher = FILE.matcher(file.getFileName().toString());
                if (!matcher.matches()) {
                    continue;
                }
                boolean mine = matcher.group(1).equals(workerId);
                if (mine && matcher.group(2) != null) {
                    open(file);
                } else if (!mine && ofOthers) {
                    claim(file, matcher.group(1));
                }
            }
        } catch (IOException e) {
            failed(folder, e.getMessage());
        }
    }

    private void claim(Path file, String owner) {
        try (SpoolLock lock = SpoolLock.tryTake(folder.resolve("spool-" + owner + ".lock"))) {
            if (lock == null || !Files.exists(file)) {
                return;
            }
            gather(file);
            Path own = folder.resolve("spool-" + workerId + "+" + UUID.randomUUID() + ".db");
            Files.move(file, own, StandardCopyOption.ATOMIC_MOVE);
            open(own);
        } catch (IOException | SQLException e) {
            failed(file, e.getMessage());
        }
    }

    /** Brings all that was written into the one file, which can be renamed then; fails while anybody has it open. */
    private static void gather(Path file) throws SQLException {
        try (Connection connection = SqliteTable.open(file.toString());
                Statement statement = connection.createStatement()) {
            long version = SqliteTable.number(connection, "PRAGMA user_version");
            if (version != Spool.SCHEMA_VERSION) {
                throw new SQLException("it is of version " + version + ", this program's is " + Spool.SCHEMA_VERSION);
            }
            try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = DELETE")) {
                if (!mode.next() || !"delete".equalsIgnoreCase(mode.getString(1))) {
                    throw new SQLException("it is in use");
                }
            }
        }
    }

    private void open(Path file) {
        if (claimed.stream().anyMatch(each -> each.isAt(file))) {
            return;
        }
        try {
            Spool spool = Spool.openClaimed(file, maxMb);
            if (spool.setAsideAtStart() != null) {
                failed(file, spool.setAsideAtStart());
            }
            claimed.add(spool);
            books.found(spool.size());
            if (spool.size() > 0) {
                log.emit(Event.SPOOL_TAKEN_OVER, "taking over " + spool.size() + " records that another worker left",
                        Field.of("records", spool.size()), Field.of("file", file));
            }
        } catch (SpoolUnavailable e) {
            failed(file, e.getMessage());
        }
    }

    /** Told once for each file: it is looked at again and again. */
    private void failed(Path file, @Nullable String reason) {
        if (told.add(file)) {
            log.emit(Event.SPOOL_NOT_TAKEN_OVER, "cannot take over the spool " + file + ": " + reason,
                    Field.of("file", file), Field.of("reason", reason));
        }
    }

    /** Delivers a part of what was claimed, and removes the files that are empty. */
    void deliver() throws InterruptedException {
        for (Spool spool : List.copyOf(claimed)) {
            int batches = 0;
            while (batches < BATCHES && spool.size() > 0 && deliverOne(spool)) {
                batches++;
            }
            if (spool.size() == 0) {
                claimed.remove(spool);
                spool.close();
                try {
                    spool.delete();
                } catch (IOException e) {
                    // It is found again with nothing in it.
                    failed(folder, e.getMessage());
                }
            }
        }
    }

    private boolean deliverOne(Spool spool) throws InterruptedException {
        try {
            Spool.Head head = spool.head(WriterPolicy.SPOOL_BATCH);
            if (head.rows().isEmpty()) {
                return false;
            }
            Delivery.Delivered delivered = delivery.deliver(head.rows(), true);
            if (delivered == null) {
                return false;
            }
            spool.delivered(head.lastSeq(), head.rows().size());
            books.delivered(Place.SPOOLED, head.rows().size(), delivered);
            return true;
        } catch (SpoolCorrupt e) {
            return giveUp(spool, String.valueOf(e.getMessage()));
        }
    }

    private boolean giveUp(Spool spool, String reason) {
        try {
            long lost = spool.startAnew();
            books.dropped(Place.SPOOLED, DropReason.SPOOL_FAILED, lost);
            log.emit(Event.SPOOL_SET_ASIDE, "a spool of another worker cannot be read and was set aside: " + reason,
                    Field.of("lost", lost), Field.of("reason", reason));
        } catch (SQLException | IOException | SpoolCorrupt e) {
            failed(folder, e.getMessage());
        }
        return false;
    }

    /** Leaves what is not delivered to whoever finds it. */
    @Override
    public void close() {
        claimed.forEach(Spool::close);
    }
}
