package dev.falcon.proving.drills;

/** A drill that cannot go on; the message says why. */
final class DrillFailed extends Exception {

    private static final long serialVersionUID = 1L;

    DrillFailed(String message) {
        super(message);
    }
}
