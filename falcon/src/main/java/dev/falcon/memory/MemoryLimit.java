package dev.falcon.memory;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much memory the kernel lets this process use: the least of the limits of its control group, of every group above
 * that one, and of the machine. Both versions of control groups are read, as they are mounted here.
 *
 * @param bytes the limit
 * @param source the file that says so, or words for it
 */
public record MemoryLimit(long bytes, String source) {

    /** Fields of a line of mountinfo (proc(5)) before its variable part. */
    private static final int MOUNT_ROOT = 3;
    private static final int MOUNT_POINT = 4;

    /** Where the memory controller's files of this process lie: the group's own folder, and the topmost one seen here. */
    private record Group(Path own, Path top, String file) {}

    /** The limit of this process. */
    public static MemoryLimit ofThisProcess() {
        return in(Path.of("/"));
    }

    /** The limit as told by the files below this folder, which has the shape of {@code /}. */
    static MemoryLimit in(Path root) {
        MemoryLimit least = machine(root);
        Optional<Group> found = group(root);
        if (found.isEmpty()) {
            return least;
        }
        Group group = found.get();
        for (Path folder = group.own(); folder != null && folder.startsWith(group.top()); folder = folder.getParent()) {
            Path file = folder.resolve(group.file());
            long bytes = number(first(file));
            if (bytes > 0 && bytes < least.bytes()) {
                least = new MemoryLimit(bytes, "/" + root.relativize(file));
            }
        }
        return least;
    }

    private static MemoryLimit machine(Path root) {
        for (String line : lines(root.resolve("proc/meminfo"))) {
            if (line.startsWith("MemTotal:")) {
                return new MemoryLimit(number(line.replaceAll("\\D", "")) * 1024, "the machine's memory");
            }
        }
        long total = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return new MemoryLimit(total, "the machine's memory");
    }

    /** Version 1 where it has the memory controller, else version 2. */
    private static Optional<Group> group(Path root) {
        List<String[]> memberships =
                lines(root.resolve("proc/self/cgroup")).stream().map(line -> line.split(":", 3)).toList();
        List<String> mounts = lines(root.resolve("proc/self/mountinfo"));
        return Stream.concat(
                memberships.stream()
                        .filter(part -> part.length == 3 && Arrays.asList(part[1].split(",")).contains("memory"))
                        .flatMap(part -> mounts.stream()
                                .filter(mount -> mount.contains(" - cgroup ") && mount.matches(".*[, ]memory(,.*)?"))
                                .map(mount -> group(root, mount, part[2], "memory.limit_in_bytes"))),
                memberships.stream()
                        .filter(part -> part.length == 3 && part[1].isEmpty())
                        .flatMap(part -> mounts.stream()
                                .filter(mount -> mount.contains(" - cgroup2 "))
                                .map(mount -> group(root, mount, part[2], "memory.max"))))
                .findFirst();
    }

    /** A container may see its own group mounted as the root; the path in the membership then starts with that root. */
    private static Group group(Path root, String mount, String membership, String file) {
        String[] fields = mount.split(" ");
        Path top = below(root, fields[MOUNT_POINT]);
        Path path = Path.of(membership).normalize();
        Path mountRoot = Path.of(fields[MOUNT_ROOT]).normalize();
        Path inside = path.startsWith(mountRoot) ? mountRoot.relativize(path) : Path.of("");
        Path own = top.resolve(inside).normalize();
        return new Group(own.startsWith(top) && Files.isDirectory(own) ? own : top, top, file);
    }

    private static Path below(Path root, String absolute) {
        return root.resolve(absolute.substring(1)).normalize();
    }

    private static String first(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.getFirst().strip();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            // No such file on this kind of machine, or not for us: it bounds nothing that we could know.
            return List.of();
        }
    }

    /** 0 for what is no number, such as {@code max}. */
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
