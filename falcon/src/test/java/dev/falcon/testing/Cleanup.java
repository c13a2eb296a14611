package dev.falcon.testing;

import org.jspecify.annotations.Nullable;

/** Ends what a test started, also where the start broke off half-way or an end fails. */
public final class Cleanup {

    private Cleanup() {}

    /** Closes all that is there, in this order; the first failure is thrown at the end. */
    public static void close(@Nullable AutoCloseable... started) {
        IllegalStateException failure = null;
        for (AutoCloseable each : started) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("cannot end what a test started", e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
