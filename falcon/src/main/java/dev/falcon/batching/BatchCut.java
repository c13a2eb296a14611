package dev.falcon.batching;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who is in the next batch. The first item of the work whose turn it is always is, so none can be passed over for ever. The
 * others are those nearest to it in length, of equal ones the earlier, as far as size, token budget and padding allow. Looks at a
 * bounded number of items. Pure.
 */
final class BatchCut {

    /** Items looked at, for each place in a batch: cut from so many, lengths in a batch are nearly equal. */
    private static final int WINDOW_A_PLACE = 4;

    private BatchCut() {}

    /** Items of so many that are looked at for one batch. */
    static int window(BatchBounds bounds) {
        return bounds.maxSize() > Integer.MAX_VALUE / WINDOW_A_PLACE
                ? Integer.MAX_VALUE
                : bounds.maxSize() * WINDOW_A_PLACE;
    }

    /**
     * Indexes of the items for the next batch, ascending.
     *
     * @param costs tokens of those that wait, in the order of the line; at least one
     */
    static List<Integer> choose(int[] costs, BatchBounds bounds) {
        List<Integer> nearest = new ArrayList<>();
        for (int i = 1; i < costs.length; i++) {
            nearest.add(i);
        }
        nearest.sort(Comparator.comparingInt((Integer i) -> Math.abs(costs[i] - costs[0])).thenComparing(i -> i));
        List<Integer> chosen = new ArrayList<>();
        chosen.add(0);
        long longest = costs[0];
        long tokens = costs[0];
        for (int i : nearest) {
            if (chosen.size() >= bounds.maxSize()) {
                break;
            }
            long padded = Math.max(longest, costs[i]) * (chosen.size() + 1L);
            if (padded <= bounds.maxPaddedTokens() && padded <= bounds.maxPadding() * (tokens + costs[i])) {
                chosen.add(i);
                longest = Math.max(longest, costs[i]);
                tokens += costs[i];
            }
        }
        chosen.sort(null);
        return chosen;
    }
}
