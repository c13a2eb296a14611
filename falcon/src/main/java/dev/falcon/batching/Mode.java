package dev.falcon.batching;

import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model is called, chosen by what its calls cost when it was warmed up. Pure.
 *
 * @param way how
 * @param size items in a batch at most
 * @param gain how many times a batch's items are answered in the time that each would take by itself, at that size
 */
public record Mode(Way way, int size, double gain) {

    /** A call that is shorter is not worth handing to another thread, which takes some tens of microseconds itself. */
    public static final long DIRECT_BELOW_NANOS = 300_000;

    /** Batches must gain this much to be worth their waiting for each other. */
    private static final double WORTH_IT = 1.1;

    /** A larger batch must beat a smaller one by this much: it makes everyone in it wait longer. */
    private static final double BETTER = 1.03;

    /** Ways to call a model. */
    public enum Way {
        /** On the request's own thread: a call takes microseconds. */
        DIRECT,
        /** On a batcher's thread, one text a call: batches would not pay, or would change answers. */
        ONE_AT_A_TIME,
        /** On a batcher's thread, in batches. */
        BATCHED;

        /** The name in labels, logs and pages. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The mode of a call by itself. */
    public static final Mode DIRECT = new Mode(Way.DIRECT, 1, 1);

    /** Whether the sizes of batches need be tried at all. */
    public static boolean isWorthTrying(boolean batchInvariant, long nanosOfOne) {
        return batchInvariant && nanosOfOne >= DIRECT_BELOW_NANOS;
    }

    /**
     * The mode for what was measured.
     *
     * @param batchInvariant whether answers are the same in whatever batch; if not, there is none
     * @param nanosBySize time of one call with so many items of one length; at least with one
     */
    public static Mode of(boolean batchInvariant, SortedMap<Integer, Long> nanosBySize) {
        SortedMap<Integer, Long> measured = new TreeMap<>(nanosBySize);
        Long one = measured.get(1);
        if (one == null) {
            throw new IllegalArgumentException("a single item was not measured");
        }
        if (one < DIRECT_BELOW_NANOS) {
            return DIRECT;
        }
        int best = 1;
        double bestGain = 1;
        for (Map.Entry<Integer, Long> call : measured.entrySet()) {
            double gain = one * (double) call.getKey() / Math.max(1, call.getValue());
            if (gain >= bestGain * BETTER) {
                best = call.getKey();
                bestGain = gain;
            }
        }
        return batchInvariant && bestGain >= WORTH_IT ? new Mode(Way.BATCHED, best, bestGain)
                : new Mode(Way.ONE_AT_A_TIME, 1, 1);
    }
}
