package dev.falcon.inferencelog;

/** The spool cannot be had, so the worker should not start; the message says why and what to change. */
public final class SpoolUnavailable extends Exception {

    SpoolUnavailable(String message) {
        super(message);
    }

    SpoolUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
