package dev.falcon.proving.deploy;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.memory.HeapPlan;
import dev.falcon.memory.JvmBounds;
import dev.falcon.memory.MemoryLimit;
import dev.falcon.memory.MemoryPlan;
import dev.falcon.model.ModelFault;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is given to run in, and whether it would start there with the shipped models: the sums that a start makes.
 *
 * @param bytes its limit of memory
 * @param cores processors as the JVM counts them
 * @param variables that the worker is started with
 */
record Container(long bytes, int cores, Map<String, String> variables) {

    static final long MB = 1024 * 1024;

    /** The JVM rounds its heap up to such a piece. */
    private static final long HEAP_PIECE = 2 * MB;

    private static final Pattern QUANTITY = Pattern.compile("(\\d+)([MG])i");

    /** As Kubernetes writes memory in powers of two; 0 where it is none of that. */
    static long memory(String quantity) {
        Matcher matcher = QUANTITY.matcher(quantity);
        return matcher.matches()
                ? Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("G") ? 1024 * MB : MB)
                : 0;
    }

    /** The JVM counts a part of a processor as a whole one. */
    static int cores(String limit) {
        double cores = limit.endsWith("m")
                ? Double.parseDouble(limit.substring(0, limit.length() - 1)) / 1000
                : Double.parseDouble(limit);
        return (int) Math.max(1, Math.ceil(cores));
    }

    /** @param launcher the text of bin/falcon, which bounds the JVM */
    JvmBounds bounds(String launcher) {
        String options = launcher.substring(launcher.indexOf("exec \"$java\"")) + " "
                + variables.getOrDefault("JAVA_OPTS", "");
        long named = option(options, "-Xmx(\\d+)m");
        long heap = named > 0 ? named * MB : bytes * needed(options, "-XX:MaxRAMPercentage=(\\d+)") / 100;
        return new JvmBounds(Math.ceilDiv(heap, HEAP_PIECE) * HEAP_PIECE,
                needed(options, "-XX:MaxDirectMemorySize=(\\d+)m") * MB,
                needed(options, "-Dio.netty.maxDirectMemory=(\\d+)"),
                needed(options, "-XX:MaxMetaspaceSize=(\\d+)m") * MB,
                needed(options, "-XX:ReservedCodeCacheSize=(\\d+)m") * MB, needed(options, "-Xss(\\d+)k") * 1024,
                true, cores);
    }

    /** Why no worker starts here; null where one does. */
    @Nullable
    String refusal(String launcher) {
        Map<String, String> all = new TreeMap<>(variables);
        all.put("MODEL_PATH", KubernetesTest.ROOT.resolve("models").toString());
        try {
            Settings settings = SettingsReader.read(new Sources(all, null),
                    new SettingsReader.Surroundings("worker", cores, Path.of("/app")));
            JvmBounds bounds = bounds(launcher);
            String refusal;
            try (Runtimes runtimes = new Runtimes(settings.encoding(), cores)) {
                refusal = MemoryPlan.refusal(bounds, new MemoryLimit(bytes, "its container"),
                        runtimes.nativeMemory(settings.models()));
            }
            return refusal == null ? HeapPlan.refusal(settings, bounds.heap()) : refusal;
        } catch (SettingsFaults e) {
            return "the settings: " + e.faults();
        } catch (ModelFault e) {
            return "the model: " + e.getMessage();
        }
    }

    private static long needed(String options, String pattern) {
        long value = option(options, pattern);
        if (value < 0) {
            throw new IllegalStateException("bin/falcon does not say " + pattern);
        }
        return value;
    }

    /** The last one counts, as for the JVM; -1 where there is none. */
    private static long option(String options, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(options);
        long value = -1;
        while (matcher.find()) {
            value = Long.parseLong(matcher.group(1));
        }
        return value;
    }
}
