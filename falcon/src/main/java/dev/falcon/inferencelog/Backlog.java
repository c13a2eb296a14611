package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.Books.Place;
import dev.falcon.inferencelog.RecordBuffer.Arrived;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Fallback;
import dev.falcon.telemetry.FallbackMeters;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.LogBooks.DropReason;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that is not written yet, in order: first the spool, then the batch on its way, then the buffer. Moves records
 * between them and keeps the books. Its lock is held while the disk is written, so only the log's own two threads take
 * it; requests go to the buffer directly. Invariant: nothing enters the spool while an older record is in memory only.
 */
final class Backlog {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long RETRY_DISK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final EventLog log = new EventLog(Backlog.class);
    private final RecordBuffer buffer;
    private final @Nullable Spool spool;
    private final Books books;
    private final FallbackMeters fallbacks;
    private final RowMaker rowMaker;
    private final WriterPolicy policy;
    private final Ticker ticker;
    private volatile @Nullable Batch writing;
    private long diskRetryAtNanos;
    private long forgetAtNanos;
    private boolean diskFailed;
    private boolean ended;

    /** Where records wait, and where that is counted; no spool where it is switched off. */
    record Places(RecordBuffer buffer, @Nullable Spool spool, Books books, FallbackMeters fallbacks) {}

    Backlog(Places places, RowMaker rowMaker, WriterPolicy policy, Ticker ticker) {
        this.buffer = places.buffer();
        this.spool = places.spool();
        this.books = places.books();
        this.fallbacks = places.fallbacks();
        this.rowMaker = rowMaker;
        this.policy = policy;
        this.ticker = ticker;
        this.forgetAtNanos = ticker.nanos();
        if (spool != null) {
            books.found(spool.size());
        }
    }

    /** Whether records can be left on disk for the next process. */
    boolean hasDisk() {
        return spool != null;
    }

    /** What waits now. */
    synchronized WriterPolicy.Waiting waiting() {
        long now = ticker.nanos();
        return new WriterPolicy.Waiting(buffer.size(), buffer.oldestAgeNanos(now),
                writing == null ? 0 : writing.ageNanos(now), spool == null ? 0 : spool.size());
    }

    /** Age of the oldest record that is not written yet; 0 where none waits. Takes only the buffer's short lock. */
    double oldestPendingSeconds(Instant now) {
        long nowNanos = ticker.nanos();
        Batch onItsWay = writing;
        long inMemory = Math.max(buffer.oldestAgeNanos(nowNanos), onItsWay == null ? 0 : onItsWay.ageNanos(nowNanos));
        Instant onDisk = spool == null ? null : spool.oldest();
        double spooled = onDisk == null ? 0 : Duration.between(onDisk, now).toNanos() / NANOS_PER_SECOND;
        return Math.max(inMemory / NANOS_PER_SECOND, spooled);
    }

    /** The oldest records, for the writer; null where none waits. Ends by {@link #written} or {@link #failed}. */
    synchronized @Nullable Batch take() {
        if (ended) {
            return null;
        }
        if (writing != null) {
            throw new IllegalStateException("one batch at a time");
        }
        writing = spool != null && spool.size() > 0 ? fromSpool(spool) : fromMemory();
        return writing;
    }

    private @Nullable Batch fromSpool(Spool from) {
        try {
            Spool.Head head = from.head(WriterPolicy.SPOOL_BATCH);
            return head.rows().isEmpty() ? null : Batch.fromSpool(head.rows(), head.lastSeq());
        } catch (SpoolCorrupt e) {
            giveUpSpool(from, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable Batch fromMemory() {
        List<Arrived> oldest = buffer.take(policy.batchSize());
        List<LogRow> rows = rows(oldest);
        if (rows.isEmpty()) {
            buffer.release(oldest.size());
            return null;
        }
        books.move(Place.BUFFERED, Place.WRITING, rows.size());
        return Batch.fromMemory(oldest, rows);
    }

    /** A record that cannot be made a row is a defect; it must not take the others with it. */
    private List<LogRow> rows(List<Arrived> records) {
        List<LogRow> rows = new ArrayList<>(records.size());
        List<Arrived> unfit = new ArrayList<>();
        for (Arrived each : records) {
            try {
                rows.add(rowMaker.row(each.logged()));
            } catch (RuntimeException e) {
                unfit.add(each);
                books.dropped(Place.BUFFERED, DropReason.REFUSED, 1);
                log.emit(Event.DEFECT, "a record of the inference log could not be made a row", e);
            }
        }
        if (!unfit.isEmpty()) {
            records.removeAll(unfit);
            buffer.release(unfit.size());
        }
        return rows;
    }

    /** The batch is in the database, but for those it did not take. */
    synchronized void written(Batch batch, Delivery.Delivered delivered) {
        if (ended) {
            return;
        }
        writing = null;
        Long lastSeq = batch.spooled();
        if (lastSeq == null || spool == null) {
            settle(batch, Place.WRITING, delivered);
            buffer.release(batch.arrived().size());
        } else {
            spool.delivered(lastSeq, batch.rows().size());
            settle(batch, Place.SPOOLED, delivered);
        }
    }

    private void settle(Batch batch, Place place, Delivery.Delivered delivered) {
        books.delivered(place, batch.rows().size(), delivered);
    }

    /** The batch was not written: it waits again where it was, before everything that came since. */
    synchronized void failed(Batch batch) {
        if (ended) {
            return;
        }
        writing = null;
        if (batch.spooled() != null) {
            return;
        }
        if (batch.cameFromSpool()) {
            // Its file had to be given up meanwhile.
            books.dropped(Place.WRITING, DropReason.SPOOL_FAILED, batch.rows().size());
            return;
        }
        books.move(Place.WRITING, Place.BUFFERED, batch.rows().size());
        buffer.giveBack(batch.arrived());
    }

    /** Puts on disk what must not be in memory only any longer; everything, where asked. */
    synchronized void secure(boolean everything) {
        if (spool != null && !ended && ticker.nanos() - forgetAtNanos >= 0) {
            forgetAtNanos = ticker.nanos() + RETRY_DISK_NANOS;
            spool.forgetDelivered();
        }
        if (ended || spool == null || (!everything && diskFailed && ticker.nanos() - diskRetryAtNanos < 0)) {
            return;
        }
        WriterPolicy.Waiting now = waiting();
        if (writing != null && writing.spooled() == null && (everything || policy.writingDue(now))
                && !secureWriting(spool, writing)) {
            return;
        }
        if ((everything || policy.bufferDue(now)) && (writing == null || writing.spooled() != null)) {
            secureBuffer(spool);
        }
    }

    private boolean secureWriting(Spool to, Batch batch) {
        Long range = append(to, batch.rows());
        if (range == null) {
            return false;
        }
        batch.spooled(range);
        books.move(Place.WRITING, Place.SPOOLED, batch.rows().size());
        buffer.release(batch.arrived().size());
        return true;
    }

    private void secureBuffer(Spool to) {
        int left = buffer.size();
        while (left > 0) {
            List<Arrived> oldest = buffer.take(Math.min(left, policy.batchSize()));
            left -= oldest.size();
            List<LogRow> rows = rows(oldest);
            if (append(to, rows) == null) {
                buffer.giveBack(oldest);
                return;
            }
            books.move(Place.BUFFERED, Place.SPOOLED, rows.size());
            buffer.release(oldest.size());
        }
    }

    private @Nullable Long append(Spool to, List<LogRow> rows) {
        switch (to.append(rows)) {
            case Spool.Kept kept -> {
                diskFailed = false;
                fallbacks.triggered(Fallback.LOG_SPOOLED, rows.size());
                return kept.lastSeq();
            }
            case Spool.NoRoom full -> diskFailed("full");
            case Spool.Broken broken -> {
                diskFailed(broken.reason());
                if (broken.corrupt()) {
                    giveUpSpool(to, broken.reason());
                }
            }
        }
        return null;
    }

    /** Memory goes on alone; the disk is tried again a second later. */
    private void diskFailed(String reason) {
        diskFailed = true;
        diskRetryAtNanos = ticker.nanos() + RETRY_DISK_NANOS;
        log.emit(Event.SPOOL_UNAVAILABLE, "the spool cannot take records: " + reason, Field.of("reason", reason));
    }

    /** An unreadable file is set aside and what was in it counted as lost, but for what memory still has. */
    private void giveUpSpool(Spool broken, String reason) {
        try {
            long lost = broken.startAnew();
            if (writing != null && writing.spooled() != null) {
                writing.spooled(null);
                books.move(Place.SPOOLED, Place.WRITING, writing.rows().size());
                buffer.retake(writing.arrived().size());
                lost -= writing.rows().size();
            }
            books.dropped(Place.SPOOLED, DropReason.SPOOL_FAILED, lost);
            log.emit(Event.SPOOL_SET_ASIDE, "the spool cannot be read and was set aside: " + reason,
                    Field.of("lost", lost), Field.of("reason", reason));
        } catch (SQLException | IOException | SpoolCorrupt e) {
            diskFailed(String.valueOf(e.getMessage()));
        }
    }

    /** What is still in memory only is lost, and counted. Whatever comes back from the writer later changes nothing. */
    synchronized void end() {
        ended = true;
        Batch onItsWay = writing;
        if (onItsWay != null && onItsWay.spooled() == null) {
            books.dropped(Place.WRITING, DropReason.SHUTDOWN, onItsWay.rows().size());
            buffer.release(onItsWay.arrived().size());
        }
        writing = null;
        List<Arrived> rest = buffer.take(Integer.MAX_VALUE);
        books.dropped(Place.BUFFERED, DropReason.SHUTDOWN, rest.size());
        buffer.release(rest.size());
    }
}
