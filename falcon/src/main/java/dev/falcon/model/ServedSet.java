package dev.falcon.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The models that a worker serves.
 *
 * @param byDefault the one that answers where none is named
 * @param others of other names or versions
 * @param leftOut why models that nobody named are not among them
 */
public record ServedSet(LoadedModel byDefault, List<LoadedModel> others, List<ModelFault> leftOut) {

    public ServedSet {
        others = List.copyOf(others);
        leftOut = List.copyOf(leftOut);
    }

    /** All of them, the default one first. */
    public List<LoadedModel> models() {
        List<LoadedModel> models = new ArrayList<>(1 + others.size());
        models.add(byDefault);
        models.addAll(others);
        return models;
    }
}
