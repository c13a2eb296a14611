package dev.falcon;

import dev.falcon.cache.ResponseCache;
import dev.falcon.config.Settings;
import dev.falcon.http.HttpFront;
import dev.falcon.idempotency.IdempotencyGuard;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.FlushReport;
import dev.falcon.inferencelog.InferenceLog;
import dev.falcon.inferencelog.SpoolUnavailable;
import dev.falcon.listener.BoundPort;
import dev.falcon.listener.CannotListen;
import dev.falcon.listener.Listener;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelLoader;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.ServedSet;
import dev.falcon.quarantine.Quarantine;
import dev.falcon.serving.CrashOnText;
import dev.falcon.serving.Endings;
import dev.falcon.serving.InferenceService;
import dev.falcon.serving.LastExit;
import dev.falcon.serving.MemoryGrowth;
import dev.falcon.serving.Readiness;
import dev.falcon.serving.ServedModels;
import dev.falcon.serving.WatchedRuntime;
import dev.falcon.store.Stores;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Tracing;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker: builds every object once, starts them, and stops them in reverse. {@link #start} returns when the worker is
 * ready; {@link #drain} may be called once, from any thread.
 */
public final class FalconServer {

    private static final Duration SAMPLING = Duration.ofSeconds(5);

    /** The part of the drain's time that is kept for the log when requests use up the rest; a quarter at most. */
    private static final Duration FLUSH_RESERVE = Duration.ofSeconds(2);

    private static final Duration SPAN_PATIENCE = Duration.ofSeconds(1);

    /** What may take its time to end although nothing hangs on it, all together. */
    private static final Duration CLOSING = Duration.ofSeconds(3);

    private final EventLog log = new EventLog(FalconServer.class);
    private final Settings settings;
    private final Ticker ticker;
    private final Stores stores;
    private final IdempotencyGuard idempotency;
    private final InferenceLog inferenceLog;
    private final Readiness readiness;
    private final InferenceService service;
    private final Listener listener;
    private final Thread sampler;
    private final Runtimes runtimes;
    private final ServedModels served;
    private final ServedSet models;
    private final LastExit lastExit;
    private volatile boolean cutOffRequests;
    private final Quarantine quarantine;
    private final @Nullable Tracing tracing;
    private final @Nullable CrashOnText crash;

    private FalconServer(Settings settings, String version, BoundPort bound, InstantSource clock)
            throws ModelFault, SpoolUnavailable {
        this.settings = settings;
        ticker = Ticker.system();
        Metrics metrics = new Metrics(settings.worker().id(), ticker);
        inferenceLog = InferenceLog.open(new InferenceLog.Setup(settings.worker().id(), settings.inferenceLog(),
                settings.postgres(), settings.breaker(), settings.retry()), metrics,
                new InferenceLog.Clocks(ticker, clock));
        stores = Stores.open(settings.redis(), settings.breaker(), metrics, ticker);
        ResponseCache cache = new ResponseCache(settings.cache(), stores.shared(), metrics, ticker);
        idempotency = new IdempotencyGuard(settings.idempotency(), stores.store(), metrics, ticker);
        quarantine = new Quarantine(
                new Quarantine.Home(settings.inferenceLog().spoolDir(), settings.worker().id()), stores.shared(),
                new Quarantine.Clocks(ticker, clock));
        crash = crash(metrics);
        runtimes = new Runtimes(settings.encoding());
        served = new ServedModels(settings.batch(), settings.limits(), metrics, ticker);
        readiness = new Readiness(served, stores::isAvailable, inferenceLog::isAvailable);
        Endings endings = new Endings(settings.worker(), metrics.requests(), inferenceLog, ticker);
        service = new InferenceService(settings.limits(),
                new InferenceService.Rooms(served, idempotency, cache, leak(metrics)),
                endings, ticker);
        tracing = tracing(settings, version, clock);
        HttpFront front = new HttpFront(
                new HttpFront.Parts(settings.worker(), settings.http(), settings.limits(), settings.batch(),
                        service::infer,
                        service::overload,
                        readiness::report, served::served, metrics, ticker, clock, tracing));
        listener = Listener.open(bound, front.front(), metrics.listener(), ticker);
        try {
            models = load(metrics);
        } catch (ModelFault | RuntimeException | Error e) {
            closeAll();
            throw e;
        }
        lastExit = LastExit.begin(settings.inferenceLog().spoolDir(), settings.worker().id());
        metrics.app(version, lastExit.clean());
        sampler = Thread.ofVirtual().name("metrics-sampler").start(() -> sample(metrics));
    }

    /**
     * Starts a worker and returns when it is ready.
     *
     * @throws CannotListen if the port is taken or the address is none of this machine's
     * @throws ModelFault if there is no model, or it cannot be used
     * @throws SpoolUnavailable if the spool's folder cannot be used, or another process uses it
     */
    public static FalconServer start(Settings settings, String version)
            throws CannotListen, ModelFault, SpoolUnavailable {
        return start(settings, version, InstantSource.system());
    }

    /** Same, with dates from this clock: those of records and partitions. No interval, lease or deadline knows it. */
    public static FalconServer start(Settings settings, String version, InstantSource clock)
            throws CannotListen, ModelFault, SpoolUnavailable {
        // First of all: a second worker is to hear that the port is taken, not that the spool is.
        BoundPort bound = Listener.bind(settings.http());
        FalconServer server;
        try {
            server = new FalconServer(settings, version, bound, clock);
        } catch (ModelFault | SpoolUnavailable | RuntimeException | Error e) {
            bound.close();
            throw e;
        }
        server.log.emit(Event.READY, "ready: " + server.model().manifest().name() + "/"
                + server.model().manifest().version() + " on port " + server.port(), Field.of("port", server.port()),
                Field.of("version", version));
        return server;
    }

    private static @Nullable Tracing tracing(Settings settings, String version, InstantSource clock) {
        String endpoint = settings.tracing().endpoint();
        return endpoint == null
                ? null
                : Tracing.open(new Tracing.Target(endpoint, settings.tracing().serviceName(), settings.worker().id(),
                        version), clock);
    }

    private @Nullable MemoryGrowth leak(Metrics metrics) {
        MemoryGrowth leak = MemoryGrowth.of(settings.debug(), log);
        if (leak != null) {
            metrics.memoryGrows();
        }
        return leak;
    }

    private @Nullable CrashOnText crash(Metrics metrics) {
        CrashOnText crashing = CrashOnText.of(settings.debug(), log);
        if (crashing != null) {
            metrics.crashesOnText();
        }
        return crashing;
    }

    private ServedSet load(Metrics metrics) throws ModelFault {
        Map<ModelId, Long> loadNanos = new HashMap<>();
        ServedSet set = new ModelRepository(settings.models(),
                kind -> runtimes.ofKind(kind).map(loader -> timed(loader, loadNanos))).loadServed();
        for (ModelFault fault : set.leftOut()) {
            log.emit(Event.MODEL_LEFT_OUT, "a model is not served: " + fault.getMessage(),
                    Field.of("file", fault.file()), Field.of("reason", fault.reason()));
        }
        if (set.models().stream().anyMatch(model -> WatchedRuntime.isDue(model.runtime(), crash))) {
            quarantine.begin();
            quarantine.awaitBegun();
        }
        served.serve(set.models()
                .stream()
                .map(model -> new ServedModels.Candidate(WatchedRuntime.of(model.runtime(), quarantine, crash),
                        model.manifest().kind()))
                .toList());
        for (int i = 0; i < set.models().size(); i++) {
            LoadedModel model = set.models().get(i);
            ModelId id = model.runtime().id();
            ServedModels.Served warm = served.served().get(i);
            long elapsedNanos = loadNanos.getOrDefault(id, 0L) + warm.warmUpNanos();
            metrics.models().loaded(id, elapsedNanos);
            log.emit(Event.MODEL_LOADED,
                    "loaded and warmed up " + id.name() + "/" + id.version() + " in " + elapsedNanos / 1_000_000
                            + " ms",
                    Field.of("digest", id.digest()), Field.of("directory", model.directory()),
                    Field.of("calls", warm.calls()), Field.of("batch_size", warm.batchSize()),
                    Field.of("batch_gain", warm.batchGain()));
        }
        return set;
    }

    private ModelLoader timed(ModelLoader loader, Map<ModelId, Long> loadNanos) {
        return (directory, manifest) -> {
            log.emit(Event.MODEL_LOADING,
                    "loading " + manifest.name() + "/" + manifest.version() + ", " + manifest.kind(),
                    Field.of("directory", directory));
            if (crash != null || Runtimes.callsNativeCode(manifest.kind())) {
                // Other workers are to hear soon of what ended the last run, and this one of what ended theirs.
                quarantine.begin();
            }
            long startNanos = ticker.nanos();
            ModelRuntime runtime = loader.load(directory, manifest);
            loadNanos.put(runtime.id(), ticker.nanos() - startNanos);
            return runtime;
        };
    }

    /** The port that is listened on. */
    public int port() {
        return listener.port();
    }

    /** The default model. */
    public LoadedModel model() {
        return models.byDefault();
    }

    /** Models that are served beside it. */
    public List<LoadedModel> otherModels() {
        return models.others();
    }

    /** Whether requests should be sent here. */
    public Readiness readiness() {
        return readiness;
    }

    /**
     * Ends the worker without losing anything: unready, grace, no new connections, requests in flight finished, log
     * flushed. Each step is logged with its time.
     *
     * @return whether nothing was lost: in time, and with room for all records
     */
    public boolean drain() throws InterruptedException {
        long startNanos = ticker.nanos();
        Deadline deadline = Deadline.after(settings.http().gracefulShutdownTimeout(), ticker);
        readiness.drain();
        listener.drain();
        step("drain begins: unready, answers close their connections", startNanos,
                Field.of("inflight", service.inFlight()));
        ticker.sleep(settings.http().drainGrace());
        step("grace is over, the listener closes", startNanos, Field.of("inflight", service.inFlight()));
        Duration quarter = settings.http().gracefulShutdownTimeout().dividedBy(4);
        Duration reserve = FLUSH_RESERVE.compareTo(quarter) < 0 ? FLUSH_RESERVE : quarter;
        Duration patience = Duration.ofNanos(Math.max(0, deadline.remainingNanos())).minus(reserve);
        int cutOff = listener.close(patience.isNegative() ? Duration.ZERO : patience);
        step(cutOff == 0 ? "requests in flight have finished" : "requests in flight were cut off", startNanos,
                Field.of("cut_off", cutOff));
        cutOffRequests = cutOff > 0;
        Deadline atLeast = Deadline.after(reserve, ticker);
        FlushReport flushed;
        try {
            flushed = inferenceLog.close(deadline.remainingNanos() > atLeast.remainingNanos() ? deadline : atLeast);
        } catch (InterruptedException | RuntimeException | Error e) {
            closeWithoutLoss();
            throw e;
        }
        sampler.interrupt();
        step("the inference log is flushed", startNanos, Field.of("written", flushed.written()),
                Field.of("spooled", flushed.spooled()), Field.of("left", flushed.left()));
        if (cutOff > 0 || flushed.left() > 0) {
            log.emit(Event.DRAIN_INCOMPLETE, "the drain lost something: " + cutOff + " requests were cut off, "
                    + flushed.left() + " log records were lost");
            closeWithoutLoss();
            return false;
        }
        closeWithoutLoss();
        // After the models' native memory is freed: a fault of native code is no clean end.
        lastExit.endCleanly();
        step("drained", startNanos);
        return true;
    }

    private void step(String what, long startNanos, Field... fields) {
        Field[] all = java.util.Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = Field.of("elapsed_ms", (ticker.nanos() - startNanos) / 1_000_000);
        log.emit(Event.DRAIN, what, all);
    }

    /** After a failed start: nothing was served yet, so there is nothing to wait for. */
    private void closeAll() {
        try {
            listener.close(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeBehindListener();
    }

    /** The log first: it needs neither store, and must not be left the time that they do not use up. */
    private void closeBehindListener() {
        try {
            inferenceLog.close(Deadline.after(FLUSH_RESERVE, ticker));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeWithoutLoss();
        }
    }

    /**
     * What loses nothing of its own. Each part has a bound, and their sum would be a long wait where a model hangs: what has not
     * ended after a while is left to the end of the process.
     */
    private void closeWithoutLoss() {
        Deadline deadline = Deadline.after(CLOSING, ticker);
        Thread closing = Thread.ofPlatform().daemon().name("closing").start(() -> {
            try {
                closeRooms(deadline);
            } catch (RuntimeException | Error e) {
                log.emit(Event.DEFECT, "a part of the worker could not be closed", e);
            }
        });
        try {
            closing.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Spans get a moment, as nobody's answer hangs on them. */
    private void closeRooms(Deadline deadline) {
        try {
            if (tracing != null) {
                tracing.close(SPAN_PATIENCE);
            }
        } finally {
            served.close(deadline.within(SPAN_PATIENCE));
            quarantine.close();
            idempotency.close();
            stores.close();
            // A request that was cut off may still be in native code, which must not lose its memory.
            if (!cutOffRequests) {
                runtimes.close();
            }
        }
    }

    private void sample(Metrics metrics) {
        try {
            while (true) {
                metrics.sample();
                ticker.sleep(SAMPLING);
            }
        } catch (InterruptedException e) {
            // The worker stops.
        }
    }
}
