package dev.falcon.serving;

import dev.falcon.batching.BatchBounds;
import dev.falcon.batching.DynamicBatcher;
import dev.falcon.batching.Mode;
import dev.falcon.batching.Mode.Way;
import dev.falcon.batching.Processors;
import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models that answer, the default one first, each with the way it is called. A model is served only after it has
 * answered real inferences here, so that ready means warm. Safe for use by many threads.
 */
public final class ServedModels implements AutoCloseable {

    /**
     * A model that is loaded and not warm yet.
     *
     * @param kind of runtime, from its manifest
     */
    public record Candidate(ModelRuntime runtime, String kind) {}

    /**
     * A model that is served, for those who tell of it.
     *
     * @param kind of runtime, from its manifest
     * @param calls how it is called
     * @param batchSize texts that it is given at once at most
     * @param batchGain how many times a batch's texts are answered in the time that each would take by itself
     * @param embeddingDimensions length of its embeddings; 0 for a model without any
     * @param warmUpNanos how long it took to warm it up and to find that out
     */
    public record Served(ModelId id, List<String> labels, String kind, String calls, int batchSize, double batchGain,
            int embeddingDimensions, long warmUpNanos) {}

    /** A model that is served, and what runs it; null where requests call it themselves. */
    record Running(Served served, ModelRuntime runtime, @Nullable DynamicBatcher<Prepared, Prediction> batcher) {}

    /** A model that has answered. */
    private record Warm(Candidate model, WarmUp.Result result) {}

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Settings.Batch settings;
    private final int capacity;
    private final Metrics metrics;
    private final Ticker ticker;
    private final Processors processors;
    private volatile List<Running> running = List.of();
    /** The same without what runs them; asked by each request. */
    private volatile List<Served> served = List.of();

    public ServedModels(Settings.Batch settings, Settings.Limits limits, Metrics metrics, Ticker ticker) {
        this.settings = settings;
        // Requests are bounded where they are admitted: whoever was let in has room for all of its texts.
        this.capacity = (int) Math.min(Integer.MAX_VALUE, (long) limits.maxInFlight() * settings.maxTexts());
        this.metrics = metrics;
        this.ticker = ticker;
        this.processors = new Processors(Runtime.getRuntime().availableProcessors(), ticker);
    }

    /** What all of them compute on. */
    Processors processors() {
        return processors;
    }

    /**
     * Warms the models up and serves all of them from then on, the first one as the default; to be called once.
     *
     * @throws IllegalStateException if the answer of one to a plain sentence is no prediction over its labels
     */
    public void serve(List<Candidate> models) {
        WarmUp warmUp = new WarmUp(ticker, settings.maxSize());
        List<Warm> warm = models.stream().map(model -> new Warm(model, warmUp.of(model.runtime()))).toList();
        List<Running> all = warm.stream().map(this::run).toList();
        served = all.stream().map(Running::served).toList();
        running = all;
    }

    private Running run(Warm warm) {
        ModelRuntime runtime = warm.model().runtime();
        Mode mode = warm.result().mode();
        metrics.requests().addModel(runtime.id().name());
        metrics.models().mode(runtime.id(), mode.way().wireName());
        return new Running(
                new Served(runtime.id(), runtime.labels(), warm.model().kind(), mode.way().wireName(), mode.size(),
                        mode.gain(), warm.result().embeddingDimensions(), warm.result().elapsedNanos()),
                runtime, mode.way() == Way.DIRECT ? null : batcher(runtime, mode));
    }

    private DynamicBatcher<Prepared, Prediction> batcher(ModelRuntime runtime, Mode mode) {
        String name = runtime.id().name();
        BatchBounds bounds = mode.way() == Way.BATCHED
                ? new BatchBounds(mode.size(), settings.tokensAtMost(), mode.gain(),
                        settings.maxDelay())
                : BatchBounds.ONE;
        return new DynamicBatcher<>(new DynamicBatcher.Plan(bounds, capacity), runtime::predict,
                new DynamicBatcher.Seen(processors, metrics.models().batchSizes(name), ticker));
    }

    /** Whether a model is there that has answered. */
    public boolean isWarm() {
        return !running.isEmpty();
    }

    /** The models that answer, the default one first; empty until they are warm. */
    public List<Served> served() {
        return served;
    }

    /** The model a caller means, or null where none of that name and version is served. */
    @Nullable
    Running resolve(ModelReference reference) {
        for (Running model : running) {
            boolean named = reference.name() == null || reference.name().equals(model.runtime().id().name());
            boolean versioned =
                    reference.version() == null || reference.version().equals(model.runtime().id().version());
            if (named && versioned) {
                return model;
            }
        }
        return null;
    }

    /** Ends all batchers at once, and waits for what they run for no longer than that; what waits or is not done by then fails. */
    public void close(Deadline deadline) {
        running.stream().flatMap(model -> Stream.ofNullable(model.batcher())).forEach(DynamicBatcher::stop);
        processors.stop();
        try {
            processors.awaitEnd(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        close(Deadline.after(STOP_TIMEOUT, ticker));
    }
}
