package dev.falcon.inferencelog;

import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.resilience.Retry;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.LogBooks;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The inference log: takes records from requests without ever making one wait, and brings them to the database from
 * threads of its own. Opens without the database and connects when it can. Safe for use by many threads.
 */
public final class InferenceLog {

    private static final FlushReport NOTHING = new FlushReport(0, 0, 0);
    private static final int LOCK_ATTEMPTS = 10;
    private static final Duration LOCK_PAUSE = Duration.ofMillis(200);
    private static final LogBooks EMPTY = new LogBooks(0, 0, Map.of(), 0, 0, 0, 0);

    /** The settings the log needs. */
    public record Setup(String workerId, Settings.InferenceLog log, Settings.Postgres postgres,
            Settings.Breaker breaker, Settings.Retry retry) {}

    /** Time, passed in. */
    public record Clocks(Ticker ticker, InstantSource clock) {}

    private final RecordStamps stamps;
    private final @Nullable Pipeline pipeline;
    private final @Nullable Guard guard;

    private InferenceLog(InstantSource clock, @Nullable Pipeline pipeline, @Nullable Guard guard) {
        this.stamps = new RecordStamps(clock);
        this.pipeline = pipeline;
        this.guard = guard;
    }

    /**
     * Opens the log and starts its threads. Neither waits for the database nor fails without it. With
     * {@code INFERENCE_LOG_ENABLED=false} whatever is offered is ignored.
     *
     * @throws SpoolUnavailable if the spool's folder cannot be used, or another process uses this worker's spool
     */
    public static InferenceLog open(Setup setup, Metrics metrics, Clocks clocks) throws SpoolUnavailable {
        if (!setup.log().enabled()) {
            metrics.books(() -> EMPTY);
            return new InferenceLog(clocks.clock(), null, null);
        }
        boolean hasServer = setup.postgres().host() != null;
        Spool spool = hasServer && setup.log().spoolMaxMb() > 0 ? openSpool(setup, clocks.ticker()) : null;
        LogSink sink = hasServer
                ? new PostgresSink(new PostgresCalls(
                        new PostgresPool(setup.postgres(), setup.workerId(), metrics.database()), metrics.database(),
                        clocks.ticker()), clocks.clock(), setup.log().retentionDays())
                : new SqliteSink(setup.log().path(),
                        new SqliteSink.Bounds(setup.log().maxMb(), setup.log().retentionDays()), metrics.database(),
                        clocks);
        if (!hasServer) {
            // A file is there at once: records need not wait for the first look of the background.
            sink.probe();
        }
        return start(sink, spool, setup, metrics, clocks);
    }

    private static InferenceLog start(LogSink sink, @Nullable Spool spool, Setup setup, Metrics metrics,
            Clocks clocks) {
        Guard guard = new Guard(Dependency.POSTGRES,
                GuardPolicy.of(setup.breaker(), setup.postgres().operationTimeout()),
                metrics.guard(Dependency.POSTGRES), clocks.ticker());
        Delivery delivery = new Delivery(sink, guard, new Retry(setup.retry(), metrics.retries(), clocks.ticker()),
                clocks.ticker());
        LeftSpools.Home home = spool == null ? null
                : new LeftSpools.Home(setup.log().spoolDir(), setup.workerId(), setup.log().spoolMaxMb());
        Pipeline pipeline =
                new Pipeline(new Pipeline.Parts(sink, spool, home, guard, delivery, metrics.fallbacks()),
                        new Pipeline.Plan(
                                setup.log().bufferCapacity(), setup.log().text(), clocks.ticker(), clocks.clock()));
        metrics.books(pipeline::books);
        pipeline.start();
        return new InferenceLog(clocks.clock(), pipeline, guard);
    }

    private static Spool openSpool(Setup setup, Ticker ticker) throws SpoolUnavailable {
        EventLog log = new EventLog(InferenceLog.class);
        Spool spool = openPatiently(setup, ticker);
        String fault = spool.setAsideAtStart();
        if (fault != null) {
            log.emit(Event.SPOOL_SET_ASIDE, "the spool found at the start cannot be read and was set aside: " + fault,
                    Field.of("reason", fault), Field.of("folder", setup.log().spoolDir()));
        }
        if (spool.size() > 0) {
            log.emit(Event.SPOOL_TAKEN_OVER, "taking over " + spool.size() + " records that an earlier process left",
                    Field.of("records", spool.size()));
        }
        return spool;
    }

    /** Another worker that takes over what this one left holds its lock for a moment. */
    private static Spool openPatiently(Setup setup, Ticker ticker) throws SpoolUnavailable {
        for (int attempt = 1;; attempt++) {
            try {
                return Spool.open(setup.log().spoolDir(), setup.workerId(), setup.log().spoolMaxMb());
            } catch (SpoolUnavailable e) {
                if (attempt == LOCK_ATTEMPTS || !e.isInUse()) {
                    throw e;
                }
            }
            try {
                ticker.sleep(LOCK_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SpoolUnavailable("interrupted while waiting for the spool", e);
            }
        }
    }

    /** Whether anything is recorded at all. */
    public boolean isEnabled() {
        return pipeline != null;
    }

    /** The identity for the records of one request and model, with the time as it is now. */
    public LogRecord.Stamp stamp() {
        return stamps.next();
    }

    /** Hands records over; about a microsecond, whatever the database does. Those that find no room are counted. */
    public void offer(List<LogRecord> records) {
        if (pipeline != null) {
            pipeline.offer(records);
        }
    }

    /** Whether records reach the database at the moment, or are not wanted at all: for readiness. */
    public boolean isAvailable() {
        return guard == null || guard.isAvailable();
    }

    /** What came, and what became of it. */
    public LogBooks books() {
        return pipeline == null ? EMPTY : pipeline.books();
    }

    /** Writes what waits, else puts it on disk, and ends all threads; once, and by the deadline. */
    public FlushReport close(Deadline deadline) throws InterruptedException {
        return pipeline == null ? NOTHING : pipeline.close(deadline);
    }
}
