package dev.falcon.quarantine;

import dev.falcon.inference.Patience;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.KeyValueStore.Replacement;
import dev.falcon.store.StoreUnavailable;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts of all workers, one entry of the shared store that each of them reads and replaces. Safe for use by many
 * threads.
 */
record SharedVerdicts(KeyValueStore store) {

    static final String KEY = "falcon:quarantine:1";

    /**
     * Puts into the store what the change makes of what is there.
     *
     * @param change pure, as it is asked again where another worker was quicker
     * @return what is there now; null where another worker was quicker
     */
    @Nullable
    Verdicts update(UnaryOperator<Verdicts> change) throws StoreUnavailable {
        Patience patience = new Patience();
        byte[] there = store.get(List.of(KEY), patience).getFirst();
        Verdicts before = Verdicts.decoded(there);
        Verdicts after = change.apply(before);
        if (after.equals(before)) {
            return after;
        }
        byte[] encoded = after.encoded();
        boolean written;
        if (there == null) {
            written = store.putIfAbsent(KEY, encoded, Verdict.MEMORY, patience) == null;
        } else if (before.isEmpty()) {
            // Of another layout, or all forgotten: nothing is lost.
            store.put(Map.of(KEY, encoded), Verdict.MEMORY, patience);
            written = true;
        } else {
            written = store.replace(KEY, new Replacement(there, encoded, Verdict.MEMORY), patience);
        }
        return written ? after : null;
    }
}
