package dev.falcon.inferencelog;

import dev.falcon.inferencelog.RecordBuffer.Arrived;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way to the sink, one batch at a time. Comes from memory or from the spool; one from memory that takes
 * long is put into the spool as well. Guarded by the backlog's lock, but for the rows, which never change.
 */
final class Batch {

    private final List<LogRow> rows;
    private final List<Arrived> arrived;
    private final boolean fromSpool;
    private volatile @Nullable Long spooled;

    private Batch(List<LogRow> rows, List<Arrived> arrived, @Nullable Long spooled) {
        this.rows = rows;
        this.arrived = arrived;
        this.fromSpool = spooled != null;
        this.spooled = spooled;
    }

    static Batch fromMemory(List<Arrived> arrived, List<LogRow> rows) {
        return new Batch(rows, arrived, null);
    }

    static Batch fromSpool(List<LogRow> rows, long lastSeq) {
        return new Batch(rows, List.of(), lastSeq);
    }

    List<LogRow> rows() {
        return rows;
    }

    /** The records it was made of; none where it came from the spool. */
    List<Arrived> arrived() {
        return arrived;
    }

    boolean cameFromSpool() {
        return fromSpool;
    }

    /** The number of its last row in the spool, of which it is the oldest part; null while it is only in memory. */
    @Nullable
    Long spooled() {
        return spooled;
    }

    void spooled(@Nullable Long lastSeq) {
        spooled = lastSeq;
    }

    /** How long its oldest record has been in memory only, in nanoseconds; 0 where it is on disk. */
    long ageNanos(long nowNanos) {
        return spooled != null || arrived.isEmpty() ? 0 : nowNanos - arrived.getFirst().atNanos();
    }
}
