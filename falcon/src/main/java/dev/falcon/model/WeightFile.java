package dev.falcon.model;

import dev.falcon.model.ModelFault.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a model's file as a whole, which is small enough or is not read. Stateless. */
public final class WeightFile {

    private WeightFile() {}

    /**
     * The file's bytes.
     *
     * @throws ModelFault if it is missing, cannot be read, or is larger than that
     */
    public static byte[] bytes(Path file, long maxBytes) throws ModelFault {
        try {
            if (Files.size(file) > maxBytes) {
                throw new ModelFault(file, Reason.CORRUPT, "larger than " + maxBytes + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ModelFault(file, Reason.MISSING, "there is no such file", e);
        } catch (IOException e) {
            throw new ModelFault(file, Reason.NOT_READABLE, "cannot be read (" + e + ")", e);
        }
    }
}
