package dev.falcon.serving;

import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.telemetry.RequestMeters;
import java.time.Duration;
import java.util.List;
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

    private final Ticker ticker;
    private final RequestMeters meters;
    private volatile List<ModelRuntime> warm = List.of();

    public ServedModels(Ticker ticker, RequestMeters meters) {
        this.ticker = ticker;
        this.meters = meters;
    }

    /**
     * Warms the model up and serves it from then on, as the default.
     *
     * @throws IllegalStateException if its answer to a plain sentence is no prediction over its labels
     */
    public void serve(ModelRuntime model) {
        long started = ticker.nanos();
        for (int i = 0; i < WARM_UP_ANSWERS && ticker.nanos() - started < WARM_UP_TIME_MAX.toNanos(); i++) {
            check(model, model.predict(List.of(model.prepare(WARM_UP_TEXT))));
        }
        meters.addModel(model.id().name());
        warm = List.of(model);
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

    /** The model a caller means, or null where none of that name and version is served. */
    @Nullable
    ModelRuntime resolve(ModelReference reference) {
        for (ModelRuntime model : warm) {
            boolean named = reference.name() == null || reference.name().equals(model.id().name());
            boolean versioned = reference.version() == null || reference.version().equals(model.id().version());
            if (named && versioned) {
                return model;
            }
        }
        return null;
    }
}
