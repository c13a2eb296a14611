package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Runs bash in the drill's home, as a person at a prompt there would. Safe for use by many threads.
 *
 * <p>Output goes to a file and not through a pipe, so that what a fault leaves running in the background keeps nobody waiting.
 */
final class Shell {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Pattern TERMINAL_CODES =
            Pattern.compile("\u001B(\\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])|\r");
    /** Commands of a drill do not inherit the generator's priority. */
    private static final List<String> BASH = List.of("bash", "-c");

    private static final String AT_A_TERMINAL = "stty cols 200 rows 100; exec bash -c \"$COMMAND\"";

    private final Path home;
    private final Map<String, String> environment;
    private final Ticker ticker = Ticker.system();

    /** @param environment on top of this process' own */
    Shell(Path home, Map<String, String> environment) {
        this.home = home;
        this.environment = Map.copyOf(environment);
    }

    /** Runs it to its end; for longer than the limit it does not run. */
    Outcome run(String bash, Duration limit) throws IOException, InterruptedException {
        return start(List.of(bash), limit, _ -> false);
    }

    /** As {@link #run}; a failure is an exception. */
    String must(String bash, Duration limit) throws IOException, InterruptedException {
        Outcome outcome = run(bash, limit);
        if (!outcome.succeeded()) {
            throw new IOException("status " + outcome.status() + " of: " + bash + "\n" + outcome.tail(20));
        }
        return outcome.output();
    }

    /** Runs a command that does not end by itself at a terminal, until it has said enough. */
    Outcome watch(String bash, Duration limit, Predicate<String> enough) throws IOException, InterruptedException {
        return start(List.of("export COMMAND=\"$0\"; exec script -qefc '" + AT_A_TERMINAL + "' /dev/null", bash), limit,
                enough);
    }

    private Outcome start(List<String> arguments, Duration limit, Predicate<String> enough)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("drill", ".out");
        try {
            List<String> command = new java.util.ArrayList<>(Priority.AS_USUAL);
            command.addAll(BASH);
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            return ended(builder.start(), output, limit, enough);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private Outcome ended(Process process, Path output, Duration limit, Predicate<String> enough)
            throws IOException, InterruptedException {
        long started = ticker.nanos();
        try {
            while (process.isAlive()) {
                String said = said(output);
                if (ticker.nanos() - started > limit.toNanos() || enough.test(said)) {
                    return new Outcome(Outcome.ENDED_BY_US, said);
                }
                ticker.sleep(POLL);
            }
            return new Outcome(process.exitValue(), said(output));
        } finally {
            if (process.isAlive()) {
                List<ProcessHandle> all = process.descendants().toList();
                process.destroy();
                all.forEach(ProcessHandle::destroy);
                ticker.sleep(POLL);
                all.forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static String said(Path output) throws IOException {
        return TERMINAL_CODES.matcher(new String(Files.readAllBytes(output), java.nio.charset.StandardCharsets.UTF_8))
                .replaceAll("");
    }
}
