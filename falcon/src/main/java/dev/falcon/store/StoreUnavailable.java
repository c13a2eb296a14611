package dev.falcon.store;

import org.jspecify.annotations.Nullable;

/** The store did not do what it was asked; nothing is known of whether it happened. Cheap: without a stack trace. */
public final class StoreUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param why for operators; holds no key and no value */
    public StoreUnavailable(String why, @Nullable Throwable cause) {
        super(why, cause, false, false);
    }
}
