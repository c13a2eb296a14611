package dev.falcon.model.linear;

import java.util.Arrays;
import java.util.List;

/**
 * The n-grams a model knows, numbered: its words first, then its pairs of words. A pair's words are always in the vocabulary
 * themselves, being at least as frequent. Immutable; safe for use by many threads.
 */
final class Vocabulary {

    private final TokenTable words;
    private final long[] pairs;
    private final PairTable pairTable;

    /**
     * @param words all different
     * @param pairs keys of {@link PairTable} over the words' indexes, all different
     */
    Vocabulary(List<String> words, long[] pairs) {
        this.words = new TokenTable(words);
        this.pairs = pairs.clone();
        this.pairTable = new PairTable(pairs);
    }

    /** How many n-grams there are. */
    int size() {
        return words.size() + pairs.length;
    }

    int wordCount() {
        return words.size();
    }

    String word(int number) {
        return words.word(number);
    }

    int pairCount() {
        return pairs.length;
    }

    long pair(int index) {
        return pairs[index];
    }

    /** The known n-grams of a text. */
    LinearPrepared lookUp(Tokens tokens) {
        int[] numbers = new int[tokens.count() * 2];
        int size = 0;
        int before = TokenTable.UNKNOWN;
        for (int i = 0; i < tokens.count(); i++) {
            int word = tokens.numberIn(words, i);
            if (word != TokenTable.UNKNOWN) {
                numbers[size++] = word;
                if (before != TokenTable.UNKNOWN && tokens.joined(i)) {
                    int pair = pairTable.find(before, word);
                    if (pair != TokenTable.UNKNOWN) {
                        numbers[size++] = words.size() + pair;
                    }
                }
            }
            before = word;
        }
        Arrays.sort(numbers, 0, size);
        return new LinearPrepared(tokens.count(), numbers, size);
    }
}
