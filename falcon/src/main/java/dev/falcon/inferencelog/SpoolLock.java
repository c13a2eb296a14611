package dev.falcon.inferencelog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A spool belongs to one process at a time: an operating system's lock on a file beside it, which dies with the process.
 * The file itself stays, since removing it would let two processes lock two files of one name.
 */
record SpoolLock(FileChannel channel) implements AutoCloseable {

    /** Takes the lock, or says that another process has it. */
    static SpoolLock take(Path file, String workerId) throws SpoolUnavailable {
        SpoolLock taken;
        try {
            taken = tryTake(file);
        } catch (IOException e) {
            throw new SpoolUnavailable("cannot lock the spool " + file + ": " + e.getMessage(), e);
        }
        if (taken == null) {
            throw SpoolUnavailable.inUse("the spool " + file
                    + " is in use by another process; give each worker of this host its own WORKER_ID (now " + workerId
                    + ") or its own INFERENCE_LOG_SPOOL_DIR");
        }
        return taken;
    }

    /** Takes the lock; null where another process has it. */
    static @Nullable SpoolLock tryTake(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (locked(channel) != null) {
                return new SpoolLock(channel);
            }
        } catch (IOException e) {
            close(channel);
            throw e;
        }
        close(channel);
        return null;
    }

    private static @Nullable FileLock locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldInThisProcess) {
            return null;
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written, and the lock goes with the process at the latest.
            return;
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
