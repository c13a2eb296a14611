package dev.falcon.proving.faults;

/** What the traffic is made of; of a hundred requests 1, 10, 10, 10 and 69. */
enum Kind {
    /** A body that the contract refuses. */
    MALFORMED(400),
    /** A new text with a new idempotency key. */
    KEYED(200),
    /** The same text and key again a few seconds later, on the other worker. */
    KEYED_AGAIN(200),
    /** A text that was asked a few seconds before, on either worker. */
    REPEATED(200),
    /** A text that nobody asked before. */
    FRESH(200);

    /** So far back that whatever a claim was left by has ended, also its lease. */
    private static final long BACK = 800;

    private final int status;

    Kind(int status) {
        this.status = status;
    }

    /** The only right answer, whatever is broken. */
    int status() {
        return status;
    }

    static Kind of(long number) {
        if (number % 100 == 7) {
            return MALFORMED;
        }
        return switch ((int) (number % 10)) {
            case 3 -> KEYED;
            case 8 -> number > BACK + 10 ? KEYED_AGAIN : FRESH;
            case 5 -> number > BACK + 10 ? REPEATED : FRESH;
            default -> FRESH;
        };
    }

    /** The request whose text, and key where it has one, this one has. */
    long original(long number) {
        return switch (this) {
            case KEYED_AGAIN -> number - BACK - 5;
            case REPEATED -> number - BACK - 1;
            case MALFORMED, KEYED, FRESH -> number;
        };
    }
}
