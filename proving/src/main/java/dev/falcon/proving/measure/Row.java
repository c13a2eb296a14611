package dev.falcon.proving.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured.
 *
 * @param reference the name of the row that it is compared with, null where it is a reference itself
 * @param figures by the column's key, one number a round
 */
public record Row(String name, @Nullable String reference, Map<String, List<Double>> figures) {

    /** A row without rounds yet. */
    public static Row named(String name, @Nullable String reference) {
        return new Row(name, reference, new LinkedHashMap<>());
    }

    /** Adds the figure of one more round. */
    public void add(String column, double figure) {
        figures.computeIfAbsent(column, _ -> new ArrayList<>()).add(figure);
    }
}
