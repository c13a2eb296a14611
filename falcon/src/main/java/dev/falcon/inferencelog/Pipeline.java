package dev.falcon.inferencelog;

import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.Books.Place;
import dev.falcon.resilience.Guard;
import dev.falcon.telemetry.FallbackMeters;
import dev.falcon.telemetry.LogBooks;
import dev.falcon.telemetry.LogBooks.DropReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way of a record from a request to the sink: buffer, writer, spool and the threads, started and ended together.
 * Safe for use by many threads; closed once.
 */
final class Pipeline {

    /** The longest time that is kept back at the end for putting on disk what could not be written. */
    private static final long SPOOL_RESERVE_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

    private static final double MILLIS_PER_SECOND = 1e3;

    /** What it is made of; the spool is null where it is switched off. */
    record Parts(LogSink sink, @Nullable Spool spool, LeftSpools.@Nullable Home spools, Guard guard,
            Delivery delivery, FallbackMeters fallbacks) {}

    /** How it works: the memory's bound, whether texts are kept, and time. */
    record Plan(int capacity, boolean storesText, Ticker ticker, InstantSource clock) {}

    private final Books books = new Books();
    private final Parts parts;
    private final Plan plan;
    private final WriterPolicy policy;
    private final RecordBuffer buffer;
    private final Backlog backlog;
    private final LogWriter writer;
    private final SpoolKeeper keeper;
    private final Thread writerThread;
    private final Thread keeperThread;
    private final @Nullable LeftSpools leftSpools;
    private final Housekeeping housekeeping;
    private final Thread housekeepingThread;

    Pipeline(Parts parts, Plan plan) {
        this.parts = parts;
        this.plan = plan;
        policy = new WriterPolicy(plan.capacity());
        buffer = new RecordBuffer(plan.capacity(), plan.ticker(), books);
        backlog = new Backlog(new Backlog.Places(buffer, parts.spool(), books, parts.fallbacks()),
                new RowMaker(plan.storesText()), policy,
                plan.ticker());
        writer = new LogWriter(new LogWriter.Parts(backlog, parts.delivery(), policy), plan.ticker());
        keeper = new SpoolKeeper(backlog, books, policy);
        writerThread = Thread.ofPlatform().daemon().name("inference-log-writer").unstarted(writer);
        keeperThread = Thread.ofPlatform().daemon().name("inference-log-keeper").unstarted(keeper);
        leftSpools = parts.spools() == null ? null : new LeftSpools(parts.spools(), books, parts.delivery().another());
        housekeeping = new Housekeeping(parts.sink(), parts.delivery(), leftSpools, plan.ticker());
        housekeepingThread = Thread.ofPlatform().daemon().name("inference-log-housekeeping").unstarted(housekeeping);
    }

    void start() {
        parts.guard().start(() -> {
            String failure = parts.sink().probe().orElse(null);
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
            return failure;
        });
        writerThread.start();
        keeperThread.start();
        housekeepingThread.start();
    }

    /** Never blocks and never throws; a thread is only woken when much has come together. */
    void offer(List<LogRecord> records) {
        int waiting = buffer.offer(records);
        if (waiting >= policy.batchSize()) {
            writer.wake();
            if (waiting >= policy.spoolFrom()) {
                keeper.wake();
            }
        }
    }

    Books.Snapshot snapshot() {
        return books.snapshot();
    }

    LogBooks books() {
        Books.Snapshot now = books.snapshot();
        Spool spool = parts.spool();
        Instant wallTime = plan.clock().instant();
        Instant left = leftSpools == null ? null : leftSpools.oldest();
        double leftSeconds = left == null ? 0 : Duration.between(left, wallTime).toMillis() / MILLIS_PER_SECOND;
        long bytes = (spool == null ? 0 : spool.bytes()) + (leftSpools == null ? 0 : leftSpools.bytes());
        return new LogBooks(now.enqueued(), now.written(), now.dropped(), now.pending(),
                Math.max(backlog.oldestPendingSeconds(wallTime), leftSeconds), bytes,
                spool == null ? 0 : spool.limitBytes());
    }

    /** Writes or spools what waits, and ends; what neither could be done with is counted as dropped. */
    FlushReport close(Deadline deadline) throws InterruptedException {
        buffer.close();
        Books.Snapshot before = books.snapshot();
        writer.finish();
        long remaining = Math.max(deadline.remainingNanos(), 0);
        join(writerThread, remaining - Math.min(SPOOL_RESERVE_NANOS, remaining / 2));
        keeperThread.interrupt();
        housekeeping.finish();
        housekeepingThread.interrupt();
        Thread ending = Thread.ofPlatform().daemon().name("inference-log-ending").start(this::end);
        join(ending, deadline.remainingNanos());
        Books.Snapshot after = books.snapshot();
        long left = after.dropped().getOrDefault(DropReason.SHUTDOWN, 0L) + after.at(Place.BUFFERED)
                + after.at(Place.WRITING);
        return new FlushReport(after.written() - before.written(), after.at(Place.SPOOLED), left);
    }

    /** On a thread of its own, since a disk or a database that hangs must not hold the worker's end up. */
    private void end() {
        backlog.secure(true);
        backlog.end();
        writerThread.interrupt();
        Spool spool = parts.spool();
        if (spool != null) {
            spool.close();
        }
        parts.guard().close();
        parts.sink().close();
    }

    private static void join(Thread thread, long nanos) throws InterruptedException {
        if (nanos > 0) {
            thread.join(Duration.ofNanos(nanos));
        }
    }
}
