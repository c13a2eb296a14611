package dev.falcon.proving.drills;

import java.io.IOException;
import java.util.List;

/**
 * The generator's turn comes before everybody else's: on a machine that it shares with the system that it asks, it would be
 * late itself whenever that system is busy.
 */
final class Priority {

    /** What runs a command as usual, and not as urgently as what this process does itself. */
    static final List<String> AS_USUAL = List.of("chrt", "--other", "0");

    private Priority() {}

    /** Raises that of this process' threads, and so of those that they start; where it may not, everything stays as it is. */
    static void raise() throws IOException, InterruptedException {
        new ProcessBuilder("chrt", "--rr", "--all-tasks", "--pid", "1", Long.toString(ProcessHandle.current().pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
