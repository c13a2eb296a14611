package dev.falcon.doctor;

import java.util.Locale;

/**
 * The result of one check.
 *
 * @param name of the check: its subject, and where it has several checks, a dot and which
 * @param advice what to do, empty where nothing is
 * @param elapsedMillis how long its subject had been looked at when this was known
 */
public record Finding(String name, Status status, String detail, String advice, long elapsedMillis) {

    /** How bad it is. */
    public enum Status {
        OK,
        /** It works, but will not do what was promised under some circumstance. */
        WARNING,
        /** It does not work. */
        FAULT,
        /** It could not be looked at, or there is nothing to look at. */
        SKIPPED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding ok(String name, String detail) {
        return new Finding(name, Status.OK, detail, "", 0);
    }

    static Finding warning(String name, String detail, String advice) {
        return new Finding(name, Status.WARNING, detail, advice, 0);
    }

    static Finding fault(String name, String detail, String advice) {
        return new Finding(name, Status.FAULT, detail, advice, 0);
    }

    static Finding skipped(String name, String detail, String advice) {
        return new Finding(name, Status.SKIPPED, detail, advice, 0);
    }

    Finding after(long millis) {
        return new Finding(name, status, detail, advice, millis);
    }
}
