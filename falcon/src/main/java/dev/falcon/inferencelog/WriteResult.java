package dev.falcon.inferencelog;

/** What became of a batch that was given to a sink: all of it, always. */
sealed interface WriteResult {

    /** Every row is in the table; some may have been there before. */
    record Committed() implements WriteResult {}

    /** The sink will never take the batch as it is: a row in it is at fault. Nothing of it was kept. */
    record Refused(String reason) implements WriteResult {}

    /** The sink cannot write at the moment. Nothing of the batch was kept, or else all of it was without saying so. */
    record Unavailable(String reason) implements WriteResult {}
}
