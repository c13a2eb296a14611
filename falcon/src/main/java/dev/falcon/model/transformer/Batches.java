package dev.falcon.model.transformer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which texts share a run: those of like lengths, so that little is padded. Pure. */
final class Batches {

    private Batches() {}

    /**
     * The places of texts, in groups; each place is in one of them.
     *
     * @param lengths of the texts, in tokens
     * @param maxTokens of a group, padding included; a longer text is alone
     */
    static List<List<Integer>> of(List<Integer> lengths, int maxTokens) {
        List<Integer> byLength = IntStream.range(0, lengths.size())
                .boxed()
                .sorted(Comparator.comparingInt(lengths::get))
                .toList();
        List<List<Integer>> groups = new ArrayList<>();
        int from = 0;
        while (from < byLength.size()) {
            int to = from + 1;
            while (to < byLength.size() && (to + 1 - from) * lengths.get(byLength.get(to)) <= maxTokens) {
                to++;
            }
            groups.add(byLength.subList(from, to));
            from = to;
        }
        return groups;
    }
}
