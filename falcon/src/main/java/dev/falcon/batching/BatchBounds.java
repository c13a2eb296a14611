package dev.falcon.batching;

import java.time.Duration;

/**
 * How large a batch may become and how long it may wait for that.
 *
 * @param maxSize items in it
 * @param maxPaddedTokens its longest item times their number; a single item may pass it
 * @param maxPadding how many times the items' own tokens the padded ones may be: what padding may waste before it costs
 *     more than sharing a batch gains
 * @param maxDelay how long an item may wait for others although a slot is free
 */
public record BatchBounds(int maxSize, int maxPaddedTokens, double maxPadding, Duration maxDelay) {

    /** Each item by itself, at once. */
    public static final BatchBounds ONE = new BatchBounds(1, Integer.MAX_VALUE, 1, Duration.ZERO);

    /** The same with no more items than that. */
    BatchBounds withAtMost(int items) {
        return items >= maxSize ? this : new BatchBounds(items, maxPaddedTokens, maxPadding, maxDelay);
    }
}
