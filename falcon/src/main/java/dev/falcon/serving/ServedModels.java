package dev.falcon.serving;

import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.telemetry.RequestMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The models that answer, the default one first. A model is served only after it has answered real inferences here, so
 * that ready means warm. Safe for use by many threads.
 */
public final class ServedModels {

    private static final String WARM_UP_TEXT = "The service was quick and friendly, and I would come back any time.";

    /** Enough answers for the compiler to have seen the code, unless they take too long. */
    private static final int WARM_UP_ANSWERS = 2000;
    private static final Duration WARM_UP_TIME_MAX = Duration.ofMillis(300);

    /** What a further model of a class that is warm already gets: its own data is touched, the code is compiled. */
    private static final Duration WARM_UP_TIME_OF_FURTHER = Duration.ofMillis(30);

    /**
     * A model that is loaded and not warm yet.
     *
     * @param kind of runtime, from its manifest
     */
    public record Candidate(ModelRuntime runtime, String kind) {}

    /** A model that is served, and how long it took to warm it up. */
    public record Served(ModelRuntime runtime, String kind, long warmUpNanos) {}

    private final Ticker ticker;
    private final RequestMeters meters;
    private volatile List<Served> warm = List.of();

    public ServedModels(Ticker ticker, RequestMeters meters) {
        this.ticker = ticker;
        this.meters = meters;
    }

    /**
     * Warms the models up and serves all of them from then on, the first one as the default.
     *
     * @throws IllegalStateException if the answer of one to a plain sentence is no prediction over its labels
     */
    public void serve(List<Candidate> models) {
        Set<Class<?>> compiled = new HashSet<>();
        List<Served> served = new ArrayList<>(models.size());
        for (Candidate model : models) {
            boolean first = compiled.add(model.runtime().getClass());
            long nanos = warmUp(model.runtime(), first ? WARM_UP_TIME_MAX : WARM_UP_TIME_OF_FURTHER);
            served.add(new Served(model.runtime(), model.kind(), nanos));
            meters.addModel(model.runtime().id().name());
        }
        warm = List.copyOf(served);
    }

    private long warmUp(ModelRuntime model, Duration atMost) {
        long started = ticker.nanos();
        long elapsed = 0;
        for (int i = 0; i < WARM_UP_ANSWERS && elapsed < atMost.toNanos(); i++) {
            check(model, model.predict(List.of(model.prepare(WARM_UP_TEXT))));
            elapsed = ticker.nanos() - started;
        }
        return elapsed;
    }

    private static void check(ModelRuntime model, List<Prediction> predictions) {
        double sum = 0;
        if (predictions.size() == 1 && predictions.getFirst().labels().equals(model.labels())) {
            for (int i = 0; i < model.labels().size(); i++) {
                sum += predictions.getFirst().probability(i);
            }
        }
        if (!(Math.abs(sum - 1) < 1e-6)) {
            throw new IllegalStateException("the model " + model.id().name() + "/" + model.id().version()
                    + " answers its warm-up text with probabilities that sum to " + sum);
        }
    }

    /** Whether a model is there that has answered. */
    public boolean isWarm() {
        return !warm.isEmpty();
    }

    /** The models that answer, the default one first; empty until they are warm. */
    public List<Served> served() {
        return warm;
    }

    /** The model a caller means, or null where none of that name and version is served. */
    @Nullable
    ModelRuntime resolve(ModelReference reference) {
        for (Served served : warm) {
            ModelRuntime model = served.runtime();
            boolean named = reference.name() == null || reference.name().equals(model.id().name());
            boolean versioned = reference.version() == null || reference.version().equals(model.id().version());
            if (named && versioned) {
                return model;
            }
        }
        return null;
    }
}
