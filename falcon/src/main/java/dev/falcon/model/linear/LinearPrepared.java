package dev.falcon.model.linear;

import dev.falcon.model.Prepared;

/** A text as the numbers of its known n-grams: ascending, each as often as it occurs. Immutable. */
final class LinearPrepared extends Prepared {

    private final int[] numbers;
    private final int size;

    /**
     * @param words all of the text's words, known or not
     * @param numbers handed over; only the first {@code size} are used
     */
    LinearPrepared(int words, int[] numbers, int size) {
        super(words);
        this.numbers = numbers;
        this.size = size;
    }

    int size() {
        return size;
    }

    int number(int i) {
        return numbers[i];
    }

    /** The index after the last occurrence of the n-gram whose first occurrence is at {@code i}. */
    int runEnd(int i) {
        int end = i + 1;
        while (end < size && numbers[end] == numbers[i]) {
            end++;
        }
        return end;
    }
}
