package dev.falcon.doctor;

import dev.falcon.config.Settings;
import dev.falcon.memory.HeapPlan;
import dev.falcon.memory.JvmBounds;
import dev.falcon.memory.MemoryLimit;
import dev.falcon.memory.MemoryPlan;
import dev.falcon.memory.MemoryPlan.Addend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a worker that is started like this command, with the same JAVA_OPTS, fits into its memory: the sums that a start
 * makes. Stateless.
 */
final class MemoryCheck {

    private MemoryCheck() {}

    /** @param models what those to be served take */
    static List<Finding> look(Settings settings, List<Addend> models) {
        return of(settings, JvmBounds.ofThisProcess(), MemoryLimit.ofThisProcess(), models);
    }

    static List<Finding> of(Settings settings, JvmBounds jvm, MemoryLimit limit, List<Addend> models) {
        return List.of(
                judged("memory.limit", MemoryPlan.refusal(jvm, limit, models),
                        "a worker takes at most " + MemoryPlan.mb(MemoryPlan.sum(MemoryPlan.addends(jvm, models)))
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
