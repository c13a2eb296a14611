package dev.falcon.model.linear;

import java.util.Arrays;
import java.util.List;

/**
 * Words to numbers: open addressing over the words' hashes, every hit verified character by character, so no two words are
 * ever taken for one. A look-up by span allocates nothing. Immutable; safe for use by many threads.
 */
final class TokenTable {

    /** The number of a word that is not in the table. */
    static final int UNKNOWN = -1;

    private final char[] pool;
    /** Word {@code i} is {@code pool[offsets[i]] … pool[offsets[i + 1] - 1]}. */
    private final int[] offsets;
    /** Number of a word plus one, 0 where empty; a power of two, at most half full. */
    private final int[] slots;

    /** @param words all different; a word's index is its number */
    TokenTable(List<String> words) {
        pool = String.join("", words).toCharArray();
        offsets = new int[words.size() + 1];
        slots = new int[Math.max(2, Integer.highestOneBit(Math.max(1, words.size())) * 4)];
        for (int i = 0; i < words.size(); i++) {
            offsets[i + 1] = offsets[i] + words.get(i).length();
            int slot = hash(pool, offsets[i], offsets[i + 1]) & (slots.length - 1);
            while (slots[slot] != 0) {
                slot = (slot + 1) & (slots.length - 1);
            }
            slots[slot] = i + 1;
        }
    }

    int size() {
        return offsets.length - 1;
    }

    String word(int number) {
        return new String(pool, offsets[number], offsets[number + 1] - offsets[number]);
    }

    /** The number of the word that the span holds, or {@link #UNKNOWN}. */
    int find(char[] chars, int start, int end) {
        int slot = hash(chars, start, end) & (slots.length - 1);
        while (slots[slot] != 0) {
            int number = slots[slot] - 1;
            if (Arrays.equals(pool, offsets[number], offsets[number + 1], chars, start, end)) {
                return number;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return UNKNOWN;
    }

    private static int hash(char[] chars, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + chars[i];
        }
        // The low bits choose the slot; short words alone would crowd them.
        hash *= 0x9E3779B9;
        return hash ^ (hash >>> 15);
    }
}
