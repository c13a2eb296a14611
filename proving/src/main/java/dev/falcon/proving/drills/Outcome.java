package dev.falcon.proving.drills;

/**
 * How a command ended.
 *
 * @param status its exit status; {@value #ENDED_BY_US} where it was still running when its time was up, or when enough was
 *        seen
 * @param output both its streams, in order, without what only steers a terminal
 */
record Outcome(int status, String output) {

    static final int ENDED_BY_US = 124;

    boolean succeeded() {
        return status == 0;
    }

    /** The end of what it said, for a report. */
    String tail(int lines) {
        String[] all = output.strip().split("\n", -1);
        return String.join("\n", java.util.Arrays.asList(all).subList(Math.max(0, all.length - lines), all.length));
    }
}
