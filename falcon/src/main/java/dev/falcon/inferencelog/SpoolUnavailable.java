package dev.falcon.inferencelog;

import org.jspecify.annotations.Nullable;

/** The spool cannot be had, so the worker should not start; the message says why and what to change. */
public final class SpoolUnavailable extends Exception {

    private final boolean inUse;

    SpoolUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
        inUse = false;
    }

    private SpoolUnavailable(String message) {
        super(message);
        inUse = true;
    }

    static SpoolUnavailable inUse(String message) {
        return new SpoolUnavailable(message);
    }

    /** Whether another process has it. */
    boolean isInUse() {
        return inUse;
    }
}
