package dev.falcon.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Divides examples into a part to train on and a part held out, each label in the same proportion. An example's side follows
 * from the seed and its own text, not from its line: the order of a file changes nothing, and an example keeps its side (but
 * for a few at the border) when others are added. An example given twice is used once, or it could be on both sides.
 *
 * @param training in a fixed order of the seed and the texts, in which the labels take turns
 * @param heldOut in such an order too
 * @param duplicates examples left out because an equal one is in
 */
public record StratifiedSplit(List<LabelledText> training, List<LabelledText> heldOut, int duplicates) {

    /** A label needs this many different texts: fewer cannot be on both sides and in most folds. */
    public static final int MIN_EXAMPLES_PER_LABEL = 10;

    /**
     * Splits.
     *
     * @param heldOutShare above 0 and below 1; at least one example of each label goes to each side
     */
    public static StratifiedSplit of(List<LabelledText> examples, double heldOutShare, long seed) {
        if (!(heldOutShare > 0 && heldOutShare < 1)) {
            throw new IllegalArgumentException("held-out share " + heldOutShare);
        }
        SortedMap<String, SortedMap<String, LabelledText>> shuffledByLabel = new TreeMap<>();
        for (LabelledText example : examples) {
            String place = place(example.text(), seed);
            shuffledByLabel.computeIfAbsent(example.label(), label -> new TreeMap<>()).putIfAbsent(place, example);
        }
        List<List<LabelledText>> training = new ArrayList<>();
        List<List<LabelledText>> heldOut = new ArrayList<>();
        int used = 0;
        for (SortedMap<String, LabelledText> ofLabel : shuffledByLabel.values()) {
            List<LabelledText> shuffled = List.copyOf(ofLabel.values());
            used += shuffled.size();
            int border = Math.clamp(Math.round(shuffled.size() * heldOutShare), 1, Math.max(1, shuffled.size() - 1));
            heldOut.add(shuffled.subList(0, border));
            training.add(shuffled.subList(border, shuffled.size()));
        }
        return new StratifiedSplit(takingTurns(training), takingTurns(heldOut), examples.size() - used);
    }

    /** A shuffled place that only the seed and the text decide. */
    private static String place(String text, long seed) {
        return HexFormat.of().formatHex(Sha256.of((seed + "\n" + text).getBytes(StandardCharsets.UTF_8)));
    }

    /** Spreads each list evenly over the result, so that any stretch of it holds the labels in proportion. */
    private static List<LabelledText> takingTurns(List<List<LabelledText>> lists) {
        record Placed(double position, int list, LabelledText example) {}
        List<Placed> all = new ArrayList<>();
        for (int list = 0; list < lists.size(); list++) {
            List<LabelledText> examples = lists.get(list);
            for (int i = 0; i < examples.size(); i++) {
                all.add(new Placed((i + 0.5) / examples.size(), list, examples.get(i)));
            }
        }
        all.sort(Comparator.comparingDouble(Placed::position).thenComparingInt(Placed::list));
        return all.stream().map(Placed::example).toList();
    }
}
