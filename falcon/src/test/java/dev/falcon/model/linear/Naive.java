package dev.falcon.model.linear;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The same model, written to be read: strings, maps and doubles, straight from the formulas. */
final class Naive {

    private final Map<String, Integer> numbers = new HashMap<>();
    private final Weights weights;

    Naive(Weights weights) {
        this.weights = weights;
        Vocabulary vocabulary = weights.vocabulary();
        for (int word = 0; word < vocabulary.wordCount(); word++) {
            numbers.put(vocabulary.word(word), word);
        }
        for (int pair = 0; pair < vocabulary.pairCount(); pair++) {
            long key = vocabulary.pair(pair);
            numbers.put(vocabulary.word((int) (key >>> 32)) + " " + vocabulary.word((int) key),
                    vocabulary.wordCount() + pair);
        }
    }

    double[] probabilities(String text) {
        Map<String, Integer> frequency = new HashMap<>();
        for (String ngram : ngrams(text)) {
            if (numbers.containsKey(ngram)) {
                frequency.merge(ngram, 1, Integer::sum);
            }
        }
        int labels = weights.labels().size();
        double[] answer = new double[labels];
        if (frequency.isEmpty()) {
            double total = 0;
            for (int label = 0; label < labels; label++) {
                total += weights.examples(label);
            }
            for (int label = 0; label < labels; label++) {
                answer[label] = weights.examples(label) / total;
            }
            return answer;
        }
        Map<String, Double> vector = new HashMap<>();
        frequency.forEach((ngram, count) -> vector.put(ngram,
                (1 + Math.log(count)) * weights.idf(numbers.getOrDefault(ngram, -1))));
        double length = Math.sqrt(vector.values().stream().mapToDouble(value -> value * value).sum());
        double[] scores = new double[weights.rowCount()];
        for (int row = 0; row < scores.length; row++) {
            double score = weights.bias(row);
            for (Map.Entry<String, Double> entry : vector.entrySet()) {
                score += entry.getValue() / length * weights.weight(row, numbers.getOrDefault(entry.getKey(), -1));
            }
            scores[row] = 1 / (1 + Math.exp(-score));
        }
        if (labels == 2) {
            return new double[]{1 - scores[0], scores[0]};
        }
        double sum = Arrays.stream(scores).sum();
        for (int label = 0; label < labels; label++) {
            answer[label] = scores[label] / sum;
        }
        return answer;
    }

    private static List<String> ngrams(String text) {
        Tokens tokens = Tokenizer.tokenize(text);
        List<String> ngrams = new ArrayList<>();
        for (int i = 0; i < tokens.count(); i++) {
            ngrams.add(tokens.word(i));
            if (i > 0 && tokens.joined(i)) {
                ngrams.add(tokens.word(i - 1) + " " + tokens.word(i));
            }
        }
        return ngrams;
    }
}
