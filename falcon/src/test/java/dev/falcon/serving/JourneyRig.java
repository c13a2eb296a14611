package dev.falcon.serving;

import dev.falcon.cache.ResponseCache;
import dev.falcon.config.Settings;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.idempotency.IdempotencyGuard;
import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.InferenceLog;
import dev.falcon.model.ModelRuntime;
import dev.falcon.store.Stores;
import dev.falcon.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A journey over the rooms of a single worker, all real but the model. */
final class JourneyRig {

    private final Ticker ticker = Ticker.system();
    private final Settings settings;
    private final Metrics metrics;
    private final Stores stores;
    private final IdempotencyGuard idempotency;
    private final InferenceLog log;
    private final ObedientModel model;
    private final ObedientModel second;
    private final InferenceService service;
    private final ServedModels models;
    private final AtomicInteger requests = new AtomicInteger();

    JourneyRig(Path folder, int maxInFlight) throws Exception {
        this(folder, maxInFlight, true, Duration.ZERO, List.of(), Map.of());
    }

    /** It serves these too, beside its own. */
    static JourneyRig serving(Path folder, int maxInFlight, List<ModelRuntime> others) throws Exception {
        return new JourneyRig(folder, maxInFlight, true, Duration.ZERO, others, Map.of());
    }

    /** Same, and it caches nothing: whatever is asked is computed. */
    static JourneyRig computing(Path folder, int maxInFlight, List<ModelRuntime> others) throws Exception {
        return new JourneyRig(folder, maxInFlight, true, Duration.ZERO, others, Map.of("CACHE_ENABLED", "false"));
    }

    /** Its models take a few milliseconds a call, so that they are called through batchers. */
    static JourneyRig ofSlowModels(Path folder, int maxInFlight) throws Exception {
        return new JourneyRig(folder, maxInFlight, true, Duration.ofMillis(3), List.of(), Map.of());
    }

    /** Its models are not warm. */
    static JourneyRig cold(Path folder) throws Exception {
        return new JourneyRig(folder, 16, false, Duration.ZERO, List.of(), Map.of());
    }

    private JourneyRig(Path folder, int maxInFlight, boolean warm, Duration takes, List<ModelRuntime> others,
            Map<String, String> more) throws Exception {
        model = new ObedientModel("fake", takes);
        second = new ObedientModel("second", takes);
        Map<String, String> environment = new HashMap<>(more);
        environment.put("MAX_IN_FLIGHT", Integer.toString(maxInFlight));
        environment.put("INFERENCE_LOG_PATH", folder.resolve("log.db").toString());
        settings = SettingsReader.read(new Sources(environment, null),
                new SettingsReader.Surroundings("w", 2, folder));
        metrics = new Metrics("w", ticker);
        stores = Stores.open(settings.redis(), settings.breaker(), metrics, ticker);
        idempotency = new IdempotencyGuard(settings.idempotency(), stores.store(), metrics, ticker);
        log = InferenceLog.open(
                new InferenceLog.Setup("w", settings.inferenceLog(), settings.postgres(), settings.breaker(),
                        settings.retry()),
                metrics, new InferenceLog.Clocks(ticker, InstantSource.system()));
        models = new ServedModels(settings.batch(), settings.limits(), metrics, ticker);
        if (warm) {
            models.serve(Stream.concat(Stream.of(model, second), others.stream())
                    .map(runtime -> new ServedModels.Candidate(runtime, "fake"))
                    .toList());
            model.forgetRuns();
            second.forgetRuns();
        }
        service = new InferenceService(settings.limits(),
                new InferenceService.Rooms(models, idempotency,
                        new ResponseCache(settings.cache(), stores.shared(), metrics, ticker)),
                new Endings(settings.worker(), metrics.requests(), log, ticker), ticker);
    }

    InferenceService service() {
        return service;
    }

    ObedientModel model() {
        return model;
    }

    List<ServedModels.Served> served() {
        return models.served();
    }

    /** Served beside the other one, which is the default. */
    ObedientModel second() {
        return second;
    }

    Received request(String text, @Nullable String key) {
        return request(List.of(text), List.of(ModelReference.DEFAULT), key, Duration.ofSeconds(30), false);
    }

    Received request(List<String> texts, List<ModelReference> models) {
        return request(texts, models, null, Duration.ofSeconds(30), false);
    }

    Received keyed(List<String> texts, List<ModelReference> models, String key) {
        return request(texts, models, key, Duration.ofSeconds(30), false);
    }

    /** For embeddings by this model. */
    Received toEmbed(List<String> texts, String model, Duration due) {
        Caller caller = new Caller("127.0.0.1", null, ticker.nanos(), Deadline.after(due, ticker), new Patience(),
                () -> false, new StageTimings());
        return new Received.Valid(new InferenceRequest("r-" + requests.incrementAndGet(), texts,
                List.of(new ModelReference(model, null)), null, caller, Wanted.EMBEDDINGS));
    }

    Received requestDue(String text, Duration in) {
        return request(List.of(text), List.of(ModelReference.DEFAULT), null, in, false);
    }

    Received keyedRequestDue(String text, String key, Duration in) {
        return request(List.of(text), List.of(ModelReference.DEFAULT), key, in, false);
    }

    Received requestOfSomeoneGone(String text) {
        return request(List.of(text), List.of(ModelReference.DEFAULT), null, Duration.ofSeconds(30), true);
    }

    /** Who is there at first and has left by the second look. */
    Received requestOfSomeoneLeaving(String text) {
        AtomicInteger looks = new AtomicInteger();
        long arrivedNanos = ticker.nanos() - Duration.ofMillis(100).toNanos();
        return new Received.Valid(new InferenceRequest("r-" + requests.incrementAndGet(), List.of(text),
                List.of(ModelReference.DEFAULT), null, new Caller("127.0.0.1", null, arrivedNanos,
                        Deadline.after(Duration.ofSeconds(30), ticker), new Patience(),
                        () -> looks.incrementAndGet() > 1, new StageTimings())));
    }

    private Received request(List<String> texts, List<ModelReference> models, @Nullable String key, Duration due,
            boolean gone) {
        // Who has left has had time to.
        long arrivedNanos = ticker.nanos() - (gone ? Duration.ofMillis(100).toNanos() : 0);
        Caller caller = new Caller("127.0.0.1", null, arrivedNanos, Deadline.after(due, ticker), new Patience(),
                () -> gone, new StageTimings());
        return new Received.Valid(
                new InferenceRequest("r-" + requests.incrementAndGet(), texts, models, key, caller));
    }

    /** The sum of the series of this name whose line holds the text. */
    double metric(String name, String holding) {
        return new String(metrics.scrape(null).body(), StandardCharsets.UTF_8).lines()
                .filter(line -> line.startsWith(name + "{") && line.contains(holding))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Closes the log and tells, for each record: success, cache_hit, idempotency_hit and error_type. */
    List<String> recordsAfterFlush() throws InterruptedException, SQLException {
        return afterFlush("case success when 1 then 'true' else 'false' end || ' ' ||"
                + " case cache_hit when 1 then 'true' else 'false' end || ' ' ||"
                + " case idempotency_hit when 1 then 'true' else 'false' end || ' ' || coalesce(error_type, 'null')");
    }

    /** Closes the log and tells each record's model. */
    List<String> modelsRecordedAfterFlush() throws InterruptedException, SQLException {
        return afterFlush("model_name");
    }

    private List<String> afterFlush(String expression) throws InterruptedException, SQLException {
        log.close(Deadline.after(Duration.ofSeconds(10), ticker));
        List<String> records = new ArrayList<>();
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + settings.inferenceLog().path());
                Statement select = db.createStatement();
                ResultSet rows =
                        select.executeQuery("select " + expression + " from inference_logs order by id, item")) {
            while (rows.next()) {
                records.add(rows.getString(1));
            }
        }
        return records;
    }

    void close() throws InterruptedException {
        model.go();
        second.go();
        models.close();
        idempotency.close();
        stores.close();
        log.close(Deadline.after(Duration.ofSeconds(5), ticker));
    }
}
