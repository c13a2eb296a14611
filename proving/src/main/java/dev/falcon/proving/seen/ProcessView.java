package dev.falcon.proving.seen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of this machine as {@code /proc} shows it. Immutable. */
public record ProcessView(long pid) {

    private static final long TICKS_A_SECOND = 100;
    private static final int AFTER_NAME_UTIME = 11;

    public static ProcessView self() {
        return new ProcessView(ProcessHandle.current().pid());
    }

    /** Resident set. */
    public long residentBytes() {
        return 1024 * status("VmRSS:");
    }

    public long threads() {
        return status("Threads:");
    }

    /** Open file descriptors: files, sockets, pipes. */
    public long openFiles() {
        try (Stream<Path> open = Files.list(proc("fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The soft limit on those. */
    public long maxOpenFiles() {
        return read("limits").lines()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).strip().split("\\s+", 2)[0])
                .mapToLong(limit -> limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit))
                .findFirst()
                .orElseThrow();
    }

    /** Time on the processors so far, in the kernel included; counted in hundredths of a second. */
    public Duration processorTime() {
        String stat = read("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[AFTER_NAME_UTIME]) + Long.parseLong(fields[AFTER_NAME_UTIME + 1]);
        return Duration.ofMillis(ticks * 1000 / TICKS_A_SECOND);
    }

    /** Makes the JVM collect its whole heap now, and waits for it. */
    public void collect() throws IOException, InterruptedException {
        run(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), "GC.run");
    }

    /**
     * Keeps the process with all its threads on one processor.
     *
     * @return whether that could be done
     */
    public boolean pin(int processor) throws InterruptedException {
        try {
            run("taskset", "-a", "-c", "-p", Integer.toString(processor), Long.toString(pid));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command[0] + " failed");
        }
    }

    private long status(String name) {
        return read("status").lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" ", 2)[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    private String read(String file) {
        try {
            return Files.readString(proc(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }
}
