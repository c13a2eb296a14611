package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The machine's date, moved by what a file says. The file is looked at by a thread of its own every
 * {@value #LOOK_MILLIS} ms. Safe for use by many threads.
 */
final class ShiftedClock implements InstantSource {

    private static final long LOOK_MILLIS = 20;

    private final Path file;
    private final InstantSource real = InstantSource.system();
    private volatile Duration shift;

    private ShiftedClock(Path file) throws IOException {
        this.file = file;
        this.shift = read(file);
    }

    /** A clock that follows this file until the process ends. */
    static ShiftedClock following(Path file) throws IOException {
        ShiftedClock clock = new ShiftedClock(file);
        Thread.ofPlatform().daemon().name("clock-shift").start(clock::follow);
        return clock;
    }

    /** Moves all clocks that follow this file. */
    static void shift(Path file, Duration by) throws IOException {
        Path whole = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), by.toString());
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public Instant instant() {
        return real.instant().plus(shift);
    }

    private void follow() {
        try {
            while (true) {
                Ticker.system().sleep(Duration.ofMillis(LOOK_MILLIS));
                shift = read(file);
            }
        } catch (InterruptedException | IOException e) {
            // The run has ended and taken the file with it.
            return;
        }
    }

    private static Duration read(Path file) throws IOException {
        return Duration.parse(Files.readString(file));
    }
}
