package dev.falcon.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Remembers on disk that a worker runs, so that its next start can tell whether the last one ended after a whole drain.
 * Where the folder cannot be written, nothing is known and nothing fails. Used by the thread that starts and the one that
 * drains.
 */
public final class LastExit {

    private final Path mark;
    private final double clean;

    private LastExit(Path mark, double clean) {
        this.mark = mark;
        this.clean = clean;
    }

    /** Looks at the mark of the worker's last run, and leaves one for this run. */
    public static LastExit begin(Path folder, String workerId) {
        Path mark = folder.resolve(workerId + ".running");
        try {
            Files.createDirectories(folder);
            boolean leftBehind = Files.exists(mark);
            Files.writeString(mark, "");
            return new LastExit(mark, leftBehind ? 0 : 1);
        } catch (IOException e) {
            return new LastExit(mark, Double.NaN);
        }
    }

    /** 1 after a clean end or before the first run, 0 after a kill or a drain that lost something, NaN if unknown. */
    public double clean() {
        return clean;
    }

    /** This run ends cleanly. */
    public void endCleanly() {
        try {
            Files.deleteIfExists(mark);
        } catch (IOException e) {
            // The next start will call this end unclean, which is the safe side.
        }
    }
}
