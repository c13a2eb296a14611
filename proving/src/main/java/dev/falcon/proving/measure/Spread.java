package dev.falcon.proving.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The middle and the ends of a figure's rounds. Immutable. */
public record Spread(double median, double min, double max) {

    /** Of at least one round; of an even number of rounds the median lies between the two in the middle. */
    public static Spread of(List<Double> rounds) {
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("no rounds");
        }
        List<Double> sorted = new ArrayList<>(rounds);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    /**
     * Of the ratios of one figure to a reference, round by round: rounds of one number ran side by side, so what the
     * machine did then falls out.
     */
    public static Spread ofRatios(List<Double> rounds, List<Double> reference) {
        if (rounds.size() != reference.size()) {
            throw new IllegalArgumentException(rounds.size() + " rounds beside " + reference.size());
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds.size(); i++) {
            ratios.add(rounds.get(i) / reference.get(i));
        }
        return of(ratios);
    }
}
