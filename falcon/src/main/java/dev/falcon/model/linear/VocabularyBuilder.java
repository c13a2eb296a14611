package dev.falcon.model.linear;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Chooses the n-grams of a training set: those in at least so many of its texts, the most frequent ones if there are too
 * many. The result depends on the set of texts alone, not on their order. Stateless.
 */
final class VocabularyBuilder {

    static final int MAX_WORDS = 300_000;
    static final int MAX_PAIRS = 700_000;
    /** Longer ones are not words; nobody writes them twice. */
    static final int MAX_WORD_CHARS = 64;

    private VocabularyBuilder() {}

    static Vocabulary build(List<Tokens> texts, int minDocuments) {
        List<String> words =
                chosen(VocabularyBuilder.<String>documentsOf(texts, VocabularyBuilder::words), minDocuments, MAX_WORDS);
        TokenTable table = new TokenTable(words);
        List<Long> pairs = chosen(VocabularyBuilder.<Long>documentsOf(texts, tokens -> pairs(tokens, table)),
                minDocuments, MAX_PAIRS);
        return new Vocabulary(words, pairs.stream().mapToLong(Long::longValue).toArray());
    }

    /** In how many texts each n-gram is. */
    private static <T> Map<T, Integer> documentsOf(List<Tokens> texts, Function<Tokens, Set<T>> ngrams) {
        Map<T, Integer> documents = new HashMap<>();
        for (Tokens text : texts) {
            for (T ngram : ngrams.apply(text)) {
                documents.merge(ngram, 1, Integer::sum);
            }
        }
        return documents;
    }

    private static Set<String> words(Tokens tokens) {
        Set<String> words = new HashSet<>();
        for (int i = 0; i < tokens.count(); i++) {
            if (tokens.lengthChars(i) <= MAX_WORD_CHARS) {
                words.add(tokens.word(i));
            }
        }
        return words;
    }

    private static Set<Long> pairs(Tokens tokens, TokenTable table) {
        Set<Long> pairs = new HashSet<>();
        int before = TokenTable.UNKNOWN;
        for (int i = 0; i < tokens.count(); i++) {
            int word = tokens.numberIn(table, i);
            if (word != TokenTable.UNKNOWN && before != TokenTable.UNKNOWN && tokens.joined(i)) {
                pairs.add(PairTable.key(before, word));
            }
            before = word;
        }
        return pairs;
    }

    /** The most frequent first to cut, then in their natural order. */
    private static <T extends Comparable<T>> List<T> chosen(Map<T, Integer> documents, int minDocuments, int max) {
        Stream<Map.Entry<T, Integer>> frequent = documents.entrySet()
                .stream()
                .filter(entry -> entry.getValue() >= minDocuments);
        if (documents.size() > max) {
            frequent = frequent.sorted(Map.Entry.<T, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey())).limit(max);
        }
        return frequent.map(Map.Entry::getKey).sorted().toList();
    }
}
