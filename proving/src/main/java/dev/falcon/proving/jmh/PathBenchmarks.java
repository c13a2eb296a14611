package dev.falcon.proving.jmh;

import dev.falcon.cache.CacheKeyBench;
import dev.falcon.config.Settings;
import dev.falcon.http.JsonBench;
import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.OfferBench;
import dev.falcon.listener.Reply;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.model.linear.LinearRuntime;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.RequestMeters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What each part does for one request of about 100 characters, with the shipped model. Nothing is computed before that a
 * request computes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PathBenchmarks {

    private static final String TEXT =
            "a quiet film with a strong second half, let down by a script that explains too much, number 123456";

    private final byte[] body = ("{\"text\":\"" + TEXT + "\"}").getBytes(StandardCharsets.UTF_8);
    private final ModelRuntime model = shipped();
    private final List<Prepared> prepared = List.of(model.prepare(TEXT));
    private final Prediction prediction = model.predict(prepared).getFirst();
    private final Answer answer = new Answer(model.id(), 0, prediction, false, 12_345);
    private final Success success = new Success(List.of(answer), IdempotencyStatus.NONE, new StageTimings());
    private final CacheKeyBench keys = new CacheKeyBench();
    private final JsonBench json = new JsonBench();
    private final OfferBench log = new OfferBench();
    private final RequestMeters meters = meters(model.id().name());

    private static ModelRuntime shipped() {
        Path models = Path.of(System.getProperty("proving.root", "")).resolve("models");
        try {
            return new ModelRepository(new Settings.Models(models, "sentiment-linear"),
                    kind -> Optional.of(LinearRuntime::load)).load().runtime();
        } catch (ModelFault e) {
            throw new IllegalStateException("the shipped model cannot be used", e);
        }
    }

    private static RequestMeters meters(String model) {
        RequestMeters meters = new Metrics("bench", Ticker.system()).requests();
        meters.addModel(model);
        return meters;
    }

    /** Tokens and their places in the vocabulary. */
    @Benchmark
    public Prepared vectorizer() {
        return model.prepare(TEXT);
    }

    /** From prepared text to probabilities. */
    @Benchmark
    public List<Prediction> modelPredict() {
        return model.predict(prepared);
    }

    @Benchmark
    public Object cacheKey() {
        return keys.key(model.id().digest(), TEXT);
    }

    @Benchmark
    public String jsonIn() {
        return json.text(body);
    }

    @Benchmark
    public Reply jsonOut() {
        return json.reply(success, "0123456789abcdef");
    }

    /** What is counted when a request ends well. */
    @Benchmark
    public void metricsObserve() {
        meters.succeeded(model.id().name(), RequestMeters.Source.MODEL, 123_456);
    }

    @Benchmark
    public int logOffer() {
        return log.offer(TEXT, answer);
    }
}
