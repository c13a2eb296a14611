package dev.falcon.model.linear;

/**
 * What to train, and how.
 *
 * @param seed of the split
 * @param heldOutShare of the examples of each label, above 0 and below 1
 * @param minDocuments n-grams in fewer training texts are left out, at least 1
 * @param folds of the cross-validation, at least 2
 */
public record TrainingPlan(String name, String version, long seed, double heldOutShare, int minDocuments, int folds) {

    /** The defaults of {@code falcon train}. */
    public static TrainingPlan of(String name, String version, long seed, double heldOutShare) {
        return new TrainingPlan(name, version, seed, heldOutShare, 2, 5);
    }
}
