package dev.falcon.inferencelog;

/**
 * What became of the records that were still waiting when the log was closed.
 *
 * @param written now in the database
 * @param spooled on disk, for the next process
 * @param left lost: neither could be done in time
 */
public record FlushReport(long written, long spooled, long left) {}
