package dev.falcon.proving.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What it was measured on.
 *
 * @param loadBefore the load average of the minute before: of a quiet machine, near 0
 */
public record Machine(int cores, String processor, long memoryMib, String kernel, String jdk, double loadBefore) {

    /** This one, which must be a Linux. */
    public static Machine here() {
        return new Machine(Runtime.getRuntime().availableProcessors(), field("/proc/cpuinfo", "model name"),
                Long.parseLong(field("/proc/meminfo", "MemTotal").split(" ", 2)[0]) / 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                Double.parseDouble(read("/proc/loadavg").split(" ", 2)[0]));
    }

    /** The first value of a name in a file of lines {@code name : value}. */
    private static String field(String file, String name) {
        return read(file).lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("unknown");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
