package dev.falcon.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the running JVM may take at most, in bytes, by its own options.
 *
 * @param heap the heap's maximum
 * @param direct direct buffers of the JDK
 * @param nettyDirect direct buffers of Netty's own, which it counts apart from the JDK's
 * @param metaspace class metadata; {@link #UNBOUNDED} where nothing bounds it
 * @param codeCache compiled code
 * @param stack the stack of one thread
 * @param g1 whether the collector is G1, whose own tables are larger than others'
 * @param cores processors, which the number of the JVM's and of carrier threads follows
 */
public record JvmBounds(long heap, long direct, long nettyDirect, long metaspace, long codeCache, long stack,
        boolean g1,
        int cores) {

    public static final long UNBOUNDED = Long.MAX_VALUE;

    /** Those of this process. */
    public static JvmBounds ofThisProcess() {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long heap = bytes(vm, "MaxHeapSize");
        long direct = bytes(vm, "MaxDirectMemorySize");
        long directInForce = direct == 0 ? heap : direct;
        String netty = ManagementFactory.getRuntimeMXBean().getSystemProperties().get("io.netty.maxDirectMemory");
        return new JvmBounds(heap, directInForce, netty(netty, directInForce), bytes(vm, "MaxMetaspaceSize"),
                bytes(vm, "ReservedCodeCacheSize"), bytes(vm, "ThreadStackSize") * 1024,
                vm.getVMOption("UseG1GC").getValue().equals("true"), Runtime.getRuntime().availableProcessors());
    }

    /** Unset or negative: as much again as the JDK's limit; 0: nothing apart from the JDK's. */
    private static long netty(@Nullable String property, long direct) {
        try {
            long bytes = property == null ? -1 : Long.parseLong(property);
            return bytes < 0 ? direct : bytes;
        } catch (NumberFormatException e) {
            return direct;
        }
    }

    /** Where nothing bounds it, the JVM tells its largest number, with or without a sign. */
    private static long bytes(HotSpotDiagnosticMXBean vm, String option) {
        String text = vm.getVMOption(option).getValue();
        long value = text.startsWith("-") ? -1 : Long.parseUnsignedLong(text);
        return value < 0 ? UNBOUNDED : value;
    }
}
