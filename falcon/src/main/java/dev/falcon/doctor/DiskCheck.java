package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.inferencelog.SqliteCheckup;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether the log's folder can be written and has room, and SQLite works here. Stateless. */
final class DiskCheck {

    private static final long MEGABYTE = 1024 * 1024;

    /**
     * A folder as it is.
     *
     * @param folder that is wanted
     * @param existing it, or the nearest folder above it that is there
     * @param failure why nothing can be written there; empty where it can
     * @param usedMb what is in it already
     */
    record Room(Path folder, Path existing, Optional<String> failure, long freeMb, long usedMb) {}

    private DiskCheck() {}

    static List<Finding> look(Settings.InferenceLog log, boolean postgres) {
        if (!log.enabled()) {
            return List.of(Finding.skipped("disk", "nothing is recorded (INFERENCE_LOG_ENABLED=false)", ""));
        }
        List<Finding> findings = new ArrayList<>();
        if (postgres && log.spoolMaxMb() == 0) {
            findings.add(Finding.skipped("disk.spool", "there is no spool (INFERENCE_LOG_SPOOL_MAX_MB=0)", ""));
        } else if (postgres) {
            findings.add(judged("disk.spool", room(log.spoolDir()), log.spoolMaxMb(),
                    "INFERENCE_LOG_SPOOL_DIR, INFERENCE_LOG_SPOOL_MAX_MB"));
        } else {
            Path folder = log.path().toAbsolutePath().getParent();
            findings.add(judged("disk.log", room(folder == null ? log.path() : folder), log.maxMb(),
                    "INFERENCE_LOG_PATH, INFERENCE_LOG_MAX_MB"));
        }
        if (!postgres || log.spoolMaxMb() > 0) {
            findings.add(sqlite(SqliteCheckup.failure(), System.getProperty("java.io.tmpdir", "")));
        }
        return findings;
    }

    /** What the folder's state means for files that may grow to this size. */
    static Finding judged(String name, Room room, int maxMb, String settings) {
        if (room.failure().isPresent()) {
            String what = room.existing().equals(absolute(room.folder()))
                    ? room.folder() + " cannot be written: "
                    : "the folder " + room.folder() + " does not exist and cannot be made: ";
            return Finding.fault(name, what + room.failure().get(),
                    "let this user write there, or choose another place (" + settings + ")");
        }
        long needed = Math.max(0, maxMb - room.usedMb());
        String detail = room.folder() + ": " + room.freeMb() + " MB free, up to " + needed + " MB more may be used";
        return room.freeMb() < needed
                ? Finding.warning(name, detail + ": the disk will be full first",
                        "free some space or lower the size (" + settings + ")")
                : Finding.ok(name, detail);
    }

    static Finding sqlite(Optional<String> failure, String folder) {
        return failure.isPresent()
                ? Finding.fault("disk.sqlite", "SQLite's native code cannot be loaded: " + failure.get(),
                        "it is unpacked to " + folder
                                + ", which must be writable and not mounted noexec: give another by"
                                + " JAVA_OPTS=-Djava.io.tmpdir=FOLDER")
                : Finding.ok("disk.sqlite", "SQLite's native code can be loaded by way of " + folder);
    }

    private static Room room(Path folder) {
        Path existing = absolute(folder);
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            if (!Files.isDirectory(existing)) {
                return new Room(folder, existing, Optional.of(existing + " is a file, not a folder"), 0, 0);
            }
            Files.delete(Files.createTempFile(existing, ".falcon-doctor", ""));
            return new Room(folder, existing, Optional.empty(),
                    Files.getFileStore(existing).getUsableSpace() / MEGABYTE,
                    existing.equals(absolute(folder)) ? usedMb(folder) : 0);
        } catch (IOException e) {
            return new Room(folder, existing, Optional.of(reason(existing, e)), 0, 0);
        }
    }

    /** Without the name of the file that was tried, which means nothing to anybody. */
    private static String reason(Path folder, IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "this user may not write in " + folder;
            case NoSuchFileException refused -> "no file can be made in " + folder;
            case FileSystemException other when other.getReason() != null -> folder + ": " + other.getReason();
            default -> folder + ": " + e.getMessage();
        };
    }

    private static Path absolute(Path folder) {
        return folder.toAbsolutePath().normalize();
    }

    private static long usedMb(@Nullable Path folder) throws IOException {
        if (folder == null) {
            return 0;
        }
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += file.toFile().length();
            }
        }
        return bytes / MEGABYTE;
    }
}
