package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.Permit;
import dev.falcon.resilience.Retry;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.RetryMeters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one batch to the sink: through the guard, tried again with jitter, and split in halves until only the rows that
 * the sink refuses are left out. Blocks for as long as that takes; for one thread.
 */
final class Delivery {

    /**
     * What became of a batch that was delivered: it is in the sink, but for these.
     *
     * @param refused rows that the sink will never take
     * @param expired rows past retention
     */
    record Delivered(int refused, int expired) {

        int lost() {
            return refused + expired;
        }

        private Delivered plus(Delivered other) {
            return new Delivered(refused + other.refused, expired + other.expired);
        }
    }

    /** The batch could not be written now. */
    private static final class NotWritten extends Exception {

        private final boolean worthAnother;

        NotWritten(String reason, boolean worthAnother) {
            super(reason);
            this.worthAnother = worthAnother;
        }
    }

    private final EventLog log = new EventLog(Delivery.class);
    private final LogSink sink;
    private final Guard guard;
    private final Retry retry;
    private final Ticker ticker;
    private final Obstruction obstruction = new Obstruction();

    Delivery(LogSink sink, Guard guard, Retry retry, Ticker ticker) {
        this.sink = sink;
        this.guard = guard;
        this.retry = retry;
        this.ticker = ticker;
    }

    /** Another one to the same sink, for another thread. */
    Delivery another() {
        return new Delivery(sink, guard, retry, ticker);
    }

    /** Whether it is worth a try. */
    boolean isUsable() {
        return guard.isAvailable();
    }

    /**
     * Writes all rows that the sink takes. Returns what it did not take, or null where it could not be written to; then
     * everything is to be delivered again, which does no harm to rows that are there already.
     *
     * @param patient whether to try again after a failure
     */
    @Nullable
    Delivered deliver(List<LogRow> rows, boolean patient) throws InterruptedException {
        try {
            Delivered done = split(rows, patient);
            if (done.refused() == 0) {
                obstruction.passed(ticker.nanos());
            }
            if (done.expired() > 0) {
                log.emit(Event.LOG_RECORDS_EXPIRED,
                        done.expired() + " records were past INFERENCE_LOG_RETENTION_DAYS before they could be written",
                        Field.of("dropped", done.expired()));
            }
            return done;
        } catch (NotWritten e) {
            return null;
        }
    }

    private Delivered split(List<LogRow> rows, boolean patient) throws NotWritten, InterruptedException {
        return switch (write(rows, patient)) {
            case WriteResult.Committed committed -> new Delivered(0, committed.expired());
            case WriteResult.Refused refused -> leaveOut(rows, refused.reason(), patient);
            case WriteResult.Obstructed obstructed -> {
                tellObstructed(obstructed.reason());
                if (!obstruction.isOver(ticker.nanos())) {
                    throw new NotWritten(obstructed.reason(), false);
                }
                yield leaveOut(rows, obstructed.reason(), patient);
            }
            case WriteResult.Unavailable unavailable -> throw new NotWritten(unavailable.reason(), true);
        };
    }

    private void tellObstructed(String reason) {
        if (obstruction.met(ticker.nanos())) {
            log.emit(Event.LOG_OBSTRUCTED,
                    "the database takes other records, but not those that are due: " + reason
                            + "; what it still refuses after " + Obstruction.PATIENCE.toMinutes()
                            + " minutes will be dropped",
                    Field.of("reason", reason));
        }
    }

    private Delivered leaveOut(List<LogRow> rows, String reason, boolean patient)
            throws NotWritten, InterruptedException {
        if (rows.size() > 1) {
            int half = rows.size() / 2;
            return split(rows.subList(0, half), patient).plus(split(rows.subList(half, rows.size()), patient));
        }
        LogRow row = rows.getFirst();
        log.emit(Event.LOG_RECORD_REFUSED, "the database refused a record: " + reason, Field.of("reason", reason),
                Field.of("id", row.id()), Field.of("item", row.item()));
        return new Delivered(1, 0);
    }

    private WriteResult write(List<LogRow> rows, boolean patient) throws NotWritten, InterruptedException {
        try {
            return patient
                    ? retry.call(RetryMeters.Operation.LOG_WRITE, Delivery::worthAnother, () -> attempt(rows))
                    : attempt(rows);
        } catch (NotWritten | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("an attempt throws nothing else", e);
        }
    }

    private static boolean worthAnother(Exception e) {
        return e instanceof NotWritten failure && failure.worthAnother;
    }

    /** A refused row says nothing about the database's health, so the guard is not told of it. */
    private WriteResult attempt(List<LogRow> rows) throws NotWritten {
        Permit permit = guard.tryEnter();
        if (permit == null) {
            throw new NotWritten("given up for now", false);
        }
        WriteResult result = sink.write(rows);
        switch (result) {
            case WriteResult.Committed done -> permit.succeeded();
            case WriteResult.Refused refused -> {
            }
            case WriteResult.Obstructed obstructed -> {
            }
            case WriteResult.Unavailable unavailable -> {
                permit.failed(unavailable.reason());
                throw new NotWritten(unavailable.reason(), true);
            }
        }
        return result;
    }
}
