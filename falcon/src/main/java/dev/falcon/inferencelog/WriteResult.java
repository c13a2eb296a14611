package dev.falcon.inferencelog;

/** What became of a batch that was given to a sink: all of it, always. */
sealed interface WriteResult {

    /**
     * Every row is in the table, where some may have been before.
     *
     * @param expired but for so many, which are older than what the table keeps
     */
    record Committed(int expired) implements WriteResult {}

    /** The sink will never take the batch as it is: a row in it is at fault. Nothing of it was kept. */
    record Refused(String reason) implements WriteResult {}

    /**
     * The batch fails although the sink takes other rows. Perhaps somebody mends what stands in its way; nothing of it was
     * kept.
     */
    record Obstructed(String reason) implements WriteResult {}

    /** The sink cannot write at the moment. Nothing of the batch was kept, or else all of it was without saying so. */
    record Unavailable(String reason) implements WriteResult {}
}
