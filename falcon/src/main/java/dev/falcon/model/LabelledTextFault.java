package dev.falcon.model;

import java.nio.file.Path;

/** Labelled data that cannot be used; the message names the file, the line where there is one, and what is wrong. */
public final class LabelledTextFault extends Exception {

    private static final long serialVersionUID = 1L;

    /** A fault of the file as a whole. */
    public LabelledTextFault(Path file, String why) {
        super(file + ": " + why);
    }

    /** @param line from 1 */
    public LabelledTextFault(Path file, long line, String why) {
        super(file + ":" + line + ": " + why);
    }
}
