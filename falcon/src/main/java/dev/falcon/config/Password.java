package dev.falcon.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A password given as a value or as a file. A file is read anew each time, so that a rotated password is taken at the
 * next connection without a restart.
 */
public record Password(@Nullable Secret value, @Nullable Path file) {

    /** No password at all. */
    public static final Password NONE = new Password(null, null);

    /**
     * The password to connect with now, or null where there is none. A trailing line end in the file is not part of it.
     *
     * @throws IOException if the file cannot be read; the message names it
     */
    public @Nullable String current() throws IOException {
        if (file == null) {
            return value == null ? null : value.reveal();
        }
        try {
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new IOException("the password file " + file + " " + Unreadable.because(file, e), e);
        }
    }
}
