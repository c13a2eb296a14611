package dev.falcon.proving.drills;

/**
 * A request of a drill, once it has ended. Times are of the ticker.
 *
 * @param steady whether it is of the steady load; else of a volley
 * @param status 0 where there was no whole answer
 * @param saysWhen whether the answer says when to come back
 * @param worker who answered, as far as the answer tells
 * @param failure why there was no answer; empty where there was one
 */
record Asked(String id, boolean steady, long dueNanos, long sentNanos, long endedNanos, int status, boolean saysWhen,
        String worker, String failure) {

    /** What a request came to. */
    enum Kind {
        ANSWERED,
        /** 429 or 503 with Retry-After. */
        REFUSED,
        /** 500 or 504. */
        ERROR,
        /** No whole answer, or one that nothing promises. */
        LOST
    }

    Kind kind() {
        if (status == 200) {
            return Kind.ANSWERED;
        }
        if ((status == 429 || status == 503) && saysWhen) {
            return Kind.REFUSED;
        }
        return status == 500 || status == 504 ? Kind.ERROR : Kind.LOST;
    }

    double millis() {
        return (endedNanos - dueNanos) / 1e6;
    }

    double lateMillis() {
        return (sentNanos - dueNanos) / 1e6;
    }
}
