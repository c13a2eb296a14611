package dev.falcon.telemetry;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's memory as the kernel and the collector see it. Stateless. */
final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CGROUP_V2_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path CGROUP_V1_LIMIT = Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes");

    private ProcessMemory() {}

    /** Resident set in bytes; where the kernel does not tell, what the JVM has committed. */
    static double residentBytes() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024d;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Not Linux, or not as expected: the JVM's own figures are the next best.
        }
        var memory = ManagementFactory.getMemoryMXBean();
        return (double) memory.getHeapMemoryUsage().getCommitted() + memory.getNonHeapMemoryUsage().getCommitted();
    }

    /** The container's limit in bytes, or the machine's memory where there is none. */
    static double limitBytes() {
        double physical = ManagementFactory
                .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : Double.NaN;
        for (Path limit : new Path[]{CGROUP_V2_LIMIT, CGROUP_V1_LIMIT}) {
            try {
                double bytes = Double.parseDouble(Files.readString(limit).strip());
                return Double.isNaN(physical) ? bytes : Math.min(bytes, physical);
            } catch (IOException | NumberFormatException e) {
                // No such limit here ("max", or another kind of machine): look on.
            }
        }
        return physical;
    }

    /** Heap in use right after the last collection, summed over the collector's pools. */
    static double liveAfterCollectionBytes() {
        double live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            live += usage == null ? 0 : usage.getUsed();
        }
        return live;
    }
}
