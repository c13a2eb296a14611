package dev.falcon.proving.faults;

/**
 * What a probe saw of a dependency.
 *
 * @param seen the answer's first line, the SQLSTATE, or one of the words below
 * @param millis how long it took
 */
record Sight(String seen, long millis) {

    static final String SILENCE = "no answer";
    static final String LOST = "connection lost";
    /** A database took a row. */
    static final String INSERTED = "inserted";

    @Override
    public String toString() {
        return seen + " (" + millis + " ms)";
    }
}
