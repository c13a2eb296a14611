package dev.falcon.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The labels that a model can be trained to tell apart. Stateless. */
public final class LabelSet {

    /** Bounds the work, which grows with each label. */
    static final int MAX_LABELS = 1000;

    private LabelSet() {}

    /**
     * All labels of the texts, sorted.
     *
     * @throws LabelledTextFault if there are too few, too many, or too few different texts of one
     */
    public static List<String> of(LabelledTexts texts) throws LabelledTextFault {
        Map<String, Long> different = texts.examples()
                .stream()
                .collect(Collectors.groupingBy(LabelledText::label,
                        TreeMap::new, Collectors.mapping(LabelledText::text,
                                Collectors.collectingAndThen(Collectors.toSet(), set -> (long) set.size()))));
        if (different.size() < 2) {
            throw texts.fault("all examples have the same label; a classifier needs two or more");
        }
        if (different.size() > MAX_LABELS) {
            throw texts.fault(different.size() + " different labels, more than " + MAX_LABELS
                    + "; is this the right column?");
        }
        for (Map.Entry<String, Long> label : different.entrySet()) {
            if (label.getValue() < StratifiedSplit.MIN_EXAMPLES_PER_LABEL) {
                throw texts.fault("label \"" + label.getKey() + "\" has " + label.getValue()
                        + " different texts; each label needs " + StratifiedSplit.MIN_EXAMPLES_PER_LABEL);
            }
        }
        return List.copyOf(different.keySet());
    }
}
