package dev.falcon.listener;

import org.jspecify.annotations.Nullable;

/** The port cannot be had. The message says which and why, and of a taken one how to find who holds it. */
public final class CannotListen extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean portTaken;

    CannotListen(String message, boolean portTaken, @Nullable Throwable cause) {
        super(message, cause);
        this.portTaken = portTaken;
    }

    /** Whether another process holds the port; otherwise the settings ask for what this machine or user has not. */
    public boolean isPortTaken() {
        return portTaken;
    }
}
