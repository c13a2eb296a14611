package dev.falcon.cli;

/** What the program's exit status means. A drain ends with 143 after SIGTERM and 130 after Ctrl-C, which are the JVM's own. */
final class ExitStatus {

    static final int OK = 0;
    /** A failure while running, or a model that cannot be used. */
    static final int FAILURE = 1;
    /** Wrong options or arguments; picocli's own value. */
    static final int USAGE = 2;
    /** EX_UNAVAILABLE of sysexits: the port is taken. */
    static final int PORT_TAKEN = 69;
    /** EX_CONFIG of sysexits: wrong settings. */
    static final int SETTINGS = 78;

    private ExitStatus() {}
}
