package dev.falcon.model.linear;

import java.util.Arrays;

/**
 * Pairs of word numbers to the numbers of their 2-grams: open addressing over exact keys, no allocation. Immutable; safe for
 * use by many threads.
 */
final class PairTable {

    private static final long EMPTY = -1;

    private final long[] keys;
    private final int[] numbers;

    /** @param pairs keys made by {@link #key}, all different; a pair's index is its number */
    PairTable(long[] pairs) {
        keys = new long[Math.max(2, Integer.highestOneBit(Math.max(1, pairs.length)) * 4)];
        numbers = new int[keys.length];
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < pairs.length; i++) {
            int slot = slot(pairs[i]);
            while (keys[slot] != EMPTY) {
                slot = (slot + 1) & (keys.length - 1);
            }
            keys[slot] = pairs[i];
            numbers[slot] = i;
        }
    }

    static long key(int left, int right) {
        return (long) left << 32 | right;
    }

    /** The pair's number, or {@link TokenTable#UNKNOWN}. */
    int find(int left, int right) {
        long key = key(left, right);
        int slot = slot(key);
        while (keys[slot] != EMPTY) {
            if (keys[slot] == key) {
                return numbers[slot];
            }
            slot = (slot + 1) & (keys.length - 1);
        }
        return TokenTable.UNKNOWN;
    }

    private int slot(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & (keys.length - 1);
    }
}
