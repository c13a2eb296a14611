package dev.falcon.proving.faults;

/**
 * A request and what became of it. Times are of the ticker.
 *
 * @param worker index of the worker that it was sent to
 * @param status 0 where there was no answer
 * @param replayed whether the answer is an earlier one to the same idempotency key
 * @param unkeyed whether the answer says that its key could not be looked at
 * @param failure why there was no answer; empty where there was one
 */
record Asked(long number, int worker, long dueNanos, long endedNanos, int status, boolean replayed, boolean unkeyed,
        String failure) {

    private static final String ID_PREFIX = "fault-run-";

    static String requestId(long number) {
        return ID_PREFIX + number;
    }

    String requestId() {
        return requestId(number);
    }

    boolean answered() {
        return status != 0;
    }

    Kind kind() {
        return Kind.of(number);
    }

    /** What a caller waited who wanted to ask when it was due. */
    long latencyNanos() {
        return endedNanos - dueNanos;
    }
}
