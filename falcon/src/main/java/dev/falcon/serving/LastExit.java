package dev.falcon.serving;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Remembers on disk that a worker runs, so that its next start can tell whether the last one ended after a whole drain.
 * The mark is locked while the worker runs: where another process of the same name has it, or the folder cannot be
 * written, nothing is known, nothing is changed and nothing fails. Used by the thread that starts and the one that drains.
 */
public final class LastExit {

    private final Path mark;
    private final double clean;
    private final @Nullable FileChannel lock;

    private LastExit(Path mark, double clean, @Nullable FileChannel lock) {
        this.mark = mark;
        this.clean = clean;
        this.lock = lock;
    }

    /** Looks at the mark of the worker's last run, and leaves one for this run. */
    public static LastExit begin(Path folder, String workerId) {
        Path mark = folder.resolve(workerId + ".running");
        try {
            Files.createDirectories(folder);
            boolean leftBehind = Files.exists(mark);
            FileChannel lock = locked(mark);
            return lock == null ? new LastExit(mark, Double.NaN, null) : new LastExit(mark, leftBehind ? 0 : 1, lock);
        } catch (IOException e) {
            return new LastExit(mark, Double.NaN, null);
        }
    }

    /** Makes the file where there is none, and locks it until this process ends; null where another has it. */
    private static @Nullable FileChannel locked(Path mark) throws IOException {
        FileChannel channel = FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException heldInThisProcess) {
            channel.close();
            return null;
        }
        channel.close();
        return null;
    }

    /** 1 after a clean end or before the first run, 0 after a kill or a drain that lost something, NaN if unknown. */
    public double clean() {
        return clean;
    }

    /** This run ends cleanly. */
    public void endCleanly() {
        if (lock == null) {
            return;
        }
        try {
            Files.deleteIfExists(mark);
        } catch (IOException e) {
            // The next start will call this end unclean, which is the safe side.
        }
        release();
    }

    /** Gives the mark up as the end of the process would, and leaves it where it is. */
    void release() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            // It goes with the process.
            return;
        }
    }
}
