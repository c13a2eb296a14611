package dev.falcon.listener;

/** Where a client's connection stands. Each phase has its own bound, see {@link ClientBounds}. */
enum Phase {
    /** Open, and not one byte has come. */
    SILENT,
    /** Between an answer and the next request. */
    IDLE,
    /** A request's first byte has come, its headers are not whole. */
    HEADERS,
    /** Its headers have come, its body is not whole. */
    BODY,
    /** Its arrival took too long: the input is shut, and the connection's own thread is about to say so. */
    CUT,
    /** A whole request is being worked on. */
    WORKING,
    /** Bytes of an answer are on their way out. */
    ANSWERING,
    /** The last answer is out; what still comes in is thrown away, so that no reset destroys the answer. */
    LINGERING,
    CLOSED;

    /** Whether a whole request waits for its answer, or for the rest of it. */
    boolean owesAnswer() {
        return this == WORKING || this == ANSWERING;
    }

    /** Whether a request is under way that would be lost if the connection were closed now. */
    boolean inFlight() {
        return switch (this) {
            case HEADERS, BODY, CUT, WORKING, ANSWERING -> true;
            case SILENT, IDLE, LINGERING, CLOSED -> false;
        };
    }
}
