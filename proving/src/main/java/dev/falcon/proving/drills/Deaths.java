package dev.falcon.proving.drills;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Hears of every container of the drill that dies. The engine tells of it as it happens: what it remembers of earlier is
 * washed away by health checks. On a thread of its own; safe for use by many threads.
 */
final class Deaths implements AutoCloseable {

    /** Ends of a worker without a drain: killed by a signal or by the kernel, and the JVM's own out of memory. */
    private static final Set<String> KILLED = Set.of("137", "3");

    private final Process process;
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    private Deaths(Process process) {
        this.process = process;
    }

    static Deaths listen() throws IOException {
        Deaths deaths = new Deaths(new ProcessBuilder("docker", "events", "--filter", "event=die", "--filter",
                "label=com.docker.compose.project=" + Stack.PROJECT, "--format",
                "{{.Actor.Attributes.name}} {{.Actor.Attributes.exitCode}}")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
        Thread.ofVirtual().name("deaths").start(deaths::read);
        return deaths;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(heard::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            // close() ended it.
            return;
        }
    }

    /** How many workers have been killed. */
    int killedWorkers() {
        return (int) heard.stream().filter(Deaths::isKilledWorker).count();
    }

    /** Of a line {@code NAME STATUS}. */
    static boolean isKilledWorker(String line) {
        String[] words = line.split(" ");
        return words.length == 2 && words[0].contains("worker") && KILLED.contains(words[1]);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
