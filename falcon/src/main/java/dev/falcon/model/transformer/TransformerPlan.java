package dev.falcon.model.transformer;

/**
 * What to train, and how.
 *
 * @param seed of the split
 * @param heldOutShare of the examples of each label, above 0 and below 1
 * @param encoder one of {@link Encoders#names()}
 */
public record TransformerPlan(String name, String version, long seed, double heldOutShare, String encoder) {}
