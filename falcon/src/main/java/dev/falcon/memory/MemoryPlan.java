package dev.falcon.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether all that a worker may take at worst fits into its memory limit. Figures that no option bounds are what was
 * measured under load, rounded up. Pure.
 */
public final class MemoryPlan {

    private static final long MB = 1024 * 1024;

    /** Class metadata where it is not bounded: three times what a worker without Redis and PostgreSQL uses. */
    private static final long USUAL_METASPACE = 96 * MB;

    /** Threads that do not depend on the processors, and those that come with each of them. */
    private static final int THREADS = 24;
    private static final int THREADS_A_CORE = 4;

    private static final long G1_TABLES = 38 * MB;
    private static final long OTHER_TABLES = 4 * MB;
    /** A collector's tables take a fiftieth of the heap besides. */
    private static final long TABLES_SHARE = 50;

    /** Shared classes, symbols, the compilers' working memory, and what malloc cannot give back. */
    private static final long JVM_ITSELF = 64 * MB;
    /** Page caches of 2 MB for each of its connections, and its library. */
    private static final long SQLITE = 10 * MB;

    /**
     * One part of the sum.
     *
     * @param option what changes it; empty where nothing does
     */
    public record Addend(String what, long bytes, String option) {
        @Override
        public String toString() {
            return what + " " + mb(bytes) + (option.isEmpty() ? "" : " (" + option + ")");
        }
    }

    private MemoryPlan() {}

    /** All that a worker may take, the heap first. */
    public static List<Addend> addends(JvmBounds jvm) {
        return addends(jvm, List.of());
    }

    /** Same, of a worker whose models take so much besides. */
    public static List<Addend> addends(JvmBounds jvm, List<Addend> models) {
        boolean unbounded = jvm.metaspace() == JvmBounds.UNBOUNDED;
        List<Addend> addends = new ArrayList<>(List.of(new Addend("heap", jvm.heap(), "-Xmx or -XX:MaxRAMPercentage"),
                new Addend("direct buffers", jvm.direct(), "-XX:MaxDirectMemorySize"),
                new Addend("Netty's direct buffers", jvm.nettyDirect(), "-Dio.netty.maxDirectMemory"),
                new Addend(unbounded ? "metaspace, not bounded, usually" : "metaspace",
                        unbounded ? USUAL_METASPACE : jvm.metaspace(), "-XX:MaxMetaspaceSize"),
                new Addend("code cache", jvm.codeCache(), "-XX:ReservedCodeCacheSize"),
                new Addend("thread stacks", (THREADS + (long) THREADS_A_CORE * jvm.cores()) * jvm.stack(), "-Xss"),
                new Addend("collector's tables", (jvm.g1() ? G1_TABLES : OTHER_TABLES) + jvm.heap() / TABLES_SHARE,
                        ""),
                new Addend("the JVM itself", JVM_ITSELF, ""), new Addend("SQLite", SQLITE, "")));
        addends.addAll(models);
        return List.copyOf(addends);
    }

    /** The sum of all addends in bytes. */
    public static long sum(List<Addend> addends) {
        return addends.stream().mapToLong(Addend::bytes).sum();
    }

    /** Why these bounds cannot be kept under this limit, with what to change; null where they can. */
    public static @Nullable String refusal(JvmBounds jvm, MemoryLimit limit) {
        return refusal(jvm, limit, List.of());
    }

    /** Same, of a worker whose models take so much besides. */
    public static @Nullable String refusal(JvmBounds jvm, MemoryLimit limit, List<Addend> models) {
        List<Addend> addends = addends(jvm, models);
        long over = sum(addends) - limit.bytes();
        if (over <= 0) {
            return null;
        }
        String sum = addends.stream()
                .filter(each -> each.bytes() > 0)
                .map(Addend::toString)
                .collect(
                        Collectors.joining(" + "));
        long fittingMb = (jvm.heap() - over * TABLES_SHARE / (TABLES_SHARE + 1) - MB) / MB;
        String advice = fittingMb >= 32
                ? "lower the heap to -Xmx" + fittingMb + "m in JAVA_OPTS, or raise the limit"
                : "raise the limit, or lower what is named above: options in JAVA_OPTS, settings in the environment";
        return "the memory that this worker may take does not fit: " + sum + " = " + mb(sum(addends))
                + ", but the limit is " + mb(limit.bytes()) + " (" + limit.source() + "); " + advice;
    }

    /** So many bytes in whole megabytes, rounded up, for people. */
    public static String mb(long bytes) {
        return (bytes + MB - 1) / MB + " MB";
    }
}
