package dev.falcon.telemetry;

import java.util.Map;

/**
 * The inference log's books at one moment: enqueued = written + dropped + pending.
 *
 * @param dropped for each reason
 * @param oldestPendingSeconds age of the oldest record not yet written, 0 where none is
 * @param spoolBytes size of the spool on disk
 * @param spoolLimitBytes how large it may grow; 0 where there is none
 */
public record LogBooks(long enqueued, long written, Map<DropReason, Long> dropped, long pending,
        double oldestPendingSeconds, long spoolBytes, long spoolLimitBytes) {

    /** Why a record was lost. */
    public enum DropReason {
        /** Memory was full, and so was the spool or there is none. */
        BUFFER_FULL,
        /** The database refused this record for good. */
        REFUSED,
        /** It had become older than the log keeps records before it could be written. */
        EXPIRED,
        /** The spool could not be written: disk full or faulty. */
        SPOOL_FAILED,
        /** The drain's time ran out, or its records found no room. */
        SHUTDOWN
    }

    public long droppedInAll() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }
}
