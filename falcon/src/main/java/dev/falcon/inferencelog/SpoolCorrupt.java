package dev.falcon.inferencelog;

import org.jspecify.annotations.Nullable;

/** The spool's file cannot be read; what is in it is lost to this process. */
final class SpoolCorrupt extends Exception {

    SpoolCorrupt(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
