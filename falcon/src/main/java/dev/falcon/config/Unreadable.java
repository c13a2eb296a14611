package dev.falcon.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file that a setting names cannot be read, in words for people. Stateless. */
final class Unreadable {

    private Unreadable() {}

    /** What follows the file's name in a sentence. */
    static String because(Path file, IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "does not exist";
            case AccessDeniedException denied -> "may not be read by this user";
            case CharacterCodingException notText -> "is not text in UTF-8";
            default -> Files.isDirectory(file) ? "is a folder" : "cannot be read (" + e.getMessage() + ")";
        };
    }
}
