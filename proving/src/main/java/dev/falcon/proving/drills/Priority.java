package dev.falcon.proving.drills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The generator of the load must not wait for those that it measures. Stateless. */
final class Priority {

    /** How far above the usual. */
    static final int NICENESS = -10;

    private Priority() {}

    /** Raises that of this process' threads, and so of those that they start; where it may not, everything stays as it is. */
    static void raise() throws IOException, InterruptedException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            List<String> ids = threads.map(each -> each.getFileName().toString()).toList();
            List<String> command = new java.util.ArrayList<>(List.of("renice", "-n", Integer.toString(NICENESS), "-p"));
            command.addAll(ids);
            new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
