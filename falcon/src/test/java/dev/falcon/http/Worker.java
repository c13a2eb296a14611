package dev.falcon.http;

import dev.falcon.config.Cidr;
import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Received;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.listener.CannotListen;
import dev.falcon.listener.Listener;
import dev.falcon.listener.OpenPort;
import dev.falcon.listener.RawClient;
import dev.falcon.serving.ReadinessReport;
import dev.falcon.serving.ServedModels;
import dev.falcon.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The front behind a real port, with a journey that a test chooses in place of the real one. */
final class Worker implements AutoCloseable {

    static final ModelId MODEL = new ModelId("sentiment", "1", "d1");
    static final Prediction POSITIVE = new Prediction(List.of("negative", "positive"), new double[]{0.25, 0.75});

    final Queue<Received> received = new ConcurrentLinkedQueue<>();
    final Metrics metrics = new Metrics("worker-7", Ticker.system());
    volatile ReadinessReport readiness = new ReadinessReport(true, false, true, true, true, List.of());
    volatile boolean readinessIsBroken;
    volatile @Nullable Failure overload;
    volatile List<ServedModels.Served> models = List.of(served(MODEL, "linear"));
    private final Listener listener;

    static ServedModels.Served served(ModelId id, String kind) {
        return new ServedModels.Served(id, POSITIVE.labels(), kind, "direct", 1, 1, 0, 0);
    }

    Worker() {
        this(OpenPort.Bounds.USUAL, Worker::positive);
    }

    Worker(OpenPort.Bounds bounds, Function<Received, InferenceOutcome> journey) {
        this(OpenPort.settings("127.0.0.1", 0, bounds), journey);
    }

    Worker(Settings.Http http, Function<Received, InferenceOutcome> journey) {
        this(http, 4, journey);
    }

    Worker(Settings.Http http, int maxTexts, Function<Received, InferenceOutcome> journey) {
        this(http, maxTexts, Integer.MAX_VALUE, journey);
    }

    /** @param replyBytes that large answers may hold together */
    Worker(Settings.Http http, int maxTexts, int replyBytes, Function<Received, InferenceOutcome> journey) {
        HttpFront front = new HttpFront(new HttpFront.Parts(
                new Settings.Worker("worker-7", Settings.LogLevel.INFO, Settings.LogFormat.TEXT, Duration.ofSeconds(1)),
                http, new Settings.Limits(64, Duration.ofSeconds(30), Duration.ofSeconds(10), 0),
                new Settings.Batch(maxTexts, 32, 1024, Duration.ZERO),
                question -> {
                    received.add(question);
                    return journey.apply(question);
                }, () -> overload, this::report, () -> models, metrics, Ticker.system(),
                () -> Instant.parse("2026-11-23T20:00:00.123456Z"), null),
                new ReplyBudget(replyBytes));
        try {
            listener = Listener.open(Listener.bind(http), front.front(), metrics.listener(), Ticker.system());
        } catch (CannotListen e) {
            throw new AssertionError(e);
        }
    }

    private ReadinessReport report() {
        if (readinessIsBroken) {
            throw new IllegalStateException("a defect of a status page");
        }
        return readiness;
    }

    /** Settings that trust these networks to say whose request they pass on. */
    static Settings.Http trusting(String... networks) {
        Settings.Http http = OpenPort.settings("127.0.0.1", 0, OpenPort.Bounds.USUAL);
        return new Settings.Http(http.host(), http.port(), http.maxBodyBytes(), http.maxConnections(),
                http.clientReadTimeout(), http.clientIdleTimeout(), http.drainGrace(), http.gracefulShutdownTimeout(),
                List.of(networks).stream().map(Cidr::parse).toList());
    }

    /** What the real journey makes of a refusal, and an answer to everything else. */
    static InferenceOutcome positive(Received question) {
        return switch (question) {
            case Received.Refused refused -> refused.failure();
            case Received.Valid valid -> success(IdempotencyStatus.NONE);
        };
    }

    static Success success(IdempotencyStatus idempotency) {
        return new Success(List.of(new Answer(MODEL, 0, POSITIVE, false, 1000)), idempotency, new StageTimings());
    }

    static Function<Received, InferenceOutcome> always(InferenceOutcome outcome) {
        return question -> question instanceof Received.Refused refused ? refused.failure() : outcome;
    }

    /** The one request that reached the journey. */
    Received only() {
        if (received.size() != 1) {
            throw new AssertionError("the journey was asked " + received.size() + " times");
        }
        return received.element();
    }

    Failure onlyRefusal() {
        return ((Received.Refused) only()).failure();
    }

    Listener listener() {
        return listener;
    }

    RawClient client() {
        return new RawClient(listener.port());
    }

    static String post(String body, String... headers) {
        return "POST /infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n" + lines(headers) + "\r\n" + body;
    }

    static String get(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + lines(headers) + "\r\n";
    }

    private static String lines(String... headers) {
        return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    }

    @Override
    public void close() {
        try {
            listener.close(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
