package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.memory.HeapPlan;
import dev.falcon.memory.JvmBounds;
import dev.falcon.memory.MemoryLimit;
import dev.falcon.memory.MemoryPlan;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a worker that is started like this command, with the same JAVA_OPTS, fits into its memory: the sums that a start
 * makes. Stateless.
 */
final class MemoryCheck {

    private MemoryCheck() {}

    /** @param encoders of the models to be served, in bytes by name */
    static List<Finding> look(Settings settings, Map<String, Long> encoders) {
        return of(settings, JvmBounds.ofThisProcess(), MemoryLimit.ofThisProcess(), encoders);
    }

    static List<Finding> of(Settings settings, JvmBounds jvm, MemoryLimit limit, Map<String, Long> encoders) {
        return List.of(
                judged("memory.limit", MemoryPlan.refusal(jvm, limit, encoders),
                        "a worker takes at most " + MemoryPlan.mb(MemoryPlan.sum(MemoryPlan.addends(jvm, encoders)))
                                + " of "
                                + MemoryPlan.mb(limit.bytes()) + " (" + limit.source() + ")"),
                judged("memory.heap", HeapPlan.refusal(settings, jvm.heap()),
                        "what the settings allow fits into the heap of " + MemoryPlan.mb(jvm.heap())));
    }

    private static Finding judged(String name, @Nullable String refusal, String detail) {
        return refusal == null
                ? Finding.ok(name, detail)
                : Finding.fault(name, refusal, "no worker starts like this (exit status 78)");
    }
}
