package dev.falcon.listener;

import org.jspecify.annotations.Nullable;

/** The port cannot be had. The message says which, why, and how to find who holds it. */
public final class CannotListen extends Exception {

    private static final long serialVersionUID = 1L;

    CannotListen(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
