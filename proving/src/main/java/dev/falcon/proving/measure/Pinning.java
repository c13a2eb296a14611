package dev.falcon.proving.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps this process to the first processor that it may use and servers to the last, so that neither takes time from the
 * other. Closed, this process has all of them again. Used by one thread.
 */
final class Pinning implements AutoCloseable {

    private final List<Integer> processors;

    private Pinning(List<Integer> processors) {
        this.processors = processors;
    }

    /** Throws where there is one processor alone, or no {@code taskset}. */
    static Pinning held() throws IOException, InterruptedException {
        List<Integer> processors = Files.readAllLines(Path.of("/proc/self/status"))
                .stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .flatMap(line -> processors(line.substring(line.indexOf(':') + 1)).stream())
                .toList();
        if (processors.size() < 2) {
            throw new IOException("it has the use of " + processors.size() + " processor; it takes two");
        }
        Pinning pinning = new Pinning(processors);
        pinning.keepThisTo(processors.subList(0, 1));
        return pinning;
    }

    /** From a list as Linux writes it, such as {@code 0-2,5}. */
    static List<Integer> processors(String list) {
        List<Integer> processors = new ArrayList<>();
        for (String part : list.strip().split(",", -1)) {
            String[] ends = part.split("-", 2);
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                processors.add(i);
            }
        }
        return processors;
    }

    /** The command that starts this one on the servers' processor, which is then all that a JVM sees. */
    List<String> apart(List<String> command) {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", processors.getLast().toString()));
        pinned.addAll(command);
        return pinned;
    }

    /** All its threads; later ones inherit it. */
    private void keepThisTo(List<Integer> some) throws IOException, InterruptedException {
        Tool.run(List.of("taskset", "-a", "-c", "-p", String.join(",", some.stream().map(String::valueOf).toList()),
                Long.toString(ProcessHandle.current().pid())));
    }

    @Override
    public void close() throws IOException {
        try {
            keepThisTo(processors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
