package dev.falcon.telemetry;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import dev.falcon.memory.MemoryLimit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The process's memory as the kernel and the collector see it. Stateless. */
final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

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

    /** The least limit of the container and of those around it, or the machine's memory where there is none. */
    static double limitBytes() {
        return MemoryLimit.ofThisProcess().bytes();
    }

    /**
     * Heap in use right after the last collection of any kind, dead objects that only a collection of the old generation
     * would find included; NaN before the first. The pools' own collection usage does not do: young collections of G1
     * leave that of the old generation, where a leak goes, as it was.
     */
    static double liveAfterCollectionBytes() {
        List<String> heap = ManagementFactory.getMemoryPoolMXBeans()
                .stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getName)
                .toList();
        return ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class)
                .stream()
                .map(GarbageCollectorMXBean::getLastGcInfo)
                .filter(Objects::nonNull)
                .max(Comparator.comparingLong(GcInfo::getEndTime))
                .map(last -> last.getMemoryUsageAfterGc())
                .map(after -> heap.stream().mapToDouble(pool -> used(after.get(pool))).sum())
                .orElse(Double.NaN);
    }

    private static double used(@Nullable MemoryUsage usage) {
        return usage == null ? 0 : usage.getUsed();
    }
}
