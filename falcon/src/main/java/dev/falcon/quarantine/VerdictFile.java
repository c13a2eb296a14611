package dev.falcon.quarantine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A worker's verdicts on disk, always whole. For use by one thread at a time. */
record VerdictFile(Path file) {

    /** What was written last; nothing where the file is missing or of another layout. */
    Verdicts read() throws IOException {
        try {
            return Verdicts.decoded(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Verdicts.NONE;
        }
    }

    void write(Verdicts verdicts) throws IOException {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.write(whole, verdicts.encoded());
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
