package dev.falcon.inference;

import java.util.Locale;

/** The parts of a request's journey that are timed one by one. */
public enum Stage {
    ADMISSION,
    IDEMPOTENCY,
    CACHE,
    /** Waiting for a processor to compute on. */
    QUEUE,
    TOKENIZE,
    MODEL,
    ENCODE;

    /** The name used in metric labels and logs. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
