package dev.falcon.inferencelog;

import dev.falcon.telemetry.LogBooks.DropReason;
import java.util.EnumMap;
import java.util.Map;

/**
 * The log's bookkeeping: every record that ever came is in exactly one place, and each change is a move from one place to
 * another. So enqueued = written + dropped + pending at any moment, although no count is computed from the others.
 * Guarded by its own lock, held for a few additions at a time.
 */
final class Books {

    /** Where a record waits. */
    enum Place {
        /** In memory. */
        BUFFERED,
        /** In memory and on its way to the sink. */
        WRITING,
        /** On disk; also while it is on its way from there to the sink. */
        SPOOLED
    }

    /** All counts at one moment. */
    record Snapshot(long enqueued, long written, Map<DropReason, Long> dropped, Map<Place, Long> waiting) {

        long pending() {
            return waiting.values().stream().mapToLong(Long::longValue).sum();
        }

        long droppedInAll() {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }

        long at(Place place) {
            return waiting.getOrDefault(place, 0L);
        }
    }

    private final long[] waiting = new long[Place.values().length];
    private final long[] dropped = new long[DropReason.values().length];
    private long enqueued;
    private long written;

    /** Records came: some found room in memory, the others none. */
    synchronized void offered(int buffered, int turnedAway, DropReason why) {
        enqueued += buffered + turnedAway;
        waiting[Place.BUFFERED.ordinal()] += buffered;
        dropped[why.ordinal()] += turnedAway;
    }

    /** Records of an earlier process were found on disk. */
    synchronized void found(long spooled) {
        enqueued += spooled;
        waiting[Place.SPOOLED.ordinal()] += spooled;
    }

    synchronized void move(Place from, Place to, long records) {
        waiting[from.ordinal()] -= records;
        waiting[to.ordinal()] += records;
    }

    /** So many records went to the sink, which took those that are not lost. */
    synchronized void delivered(Place from, int records, Delivery.Delivered delivered) {
        waiting[from.ordinal()] -= records;
        written += records - delivered.lost();
        dropped[DropReason.REFUSED.ordinal()] += delivered.refused();
        dropped[DropReason.EXPIRED.ordinal()] += delivered.expired();
    }

    synchronized void dropped(Place from, DropReason why, long records) {
        waiting[from.ordinal()] -= records;
        dropped[why.ordinal()] += records;
    }

    synchronized Snapshot snapshot() {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            drops.put(reason, dropped[reason.ordinal()]);
        }
        Map<Place, Long> places = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            places.put(place, waiting[place.ordinal()]);
        }
        return new Snapshot(enqueued, written, drops, places);
    }
}
