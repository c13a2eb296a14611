package dev.falcon.doctor;

import java.util.Locale;

/** What can be looked at, in the order it is told. */
public enum Subject {
    SETTINGS,
    REDIS,
    POSTGRES,
    MODEL,
    MEMORY,
    PORT,
    DISK;

    /** The name that is typed and that begins the names of its checks. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
