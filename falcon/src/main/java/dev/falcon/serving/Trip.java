package dev.falcon.serving;

import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one request while it travels: how long each stage took, whether it was admitted, for which model.
 * Used by the request's own thread only.
 */
final class Trip {

    private final Ticker ticker;
    private final StageTimings timings;
    private long sinceNanos;
    private @Nullable Stage last;
    private boolean admitted;
    private @Nullable ModelRuntime model;
    private @Nullable ModelRuntime current;

    Trip(Ticker ticker, StageTimings timings) {
        this.ticker = ticker;
        this.timings = timings;
        this.sinceNanos = ticker.nanos();
    }

    /** Books the time since the last call, or since the start, to this stage. */
    long ended(Stage stage) {
        return endedAt(stage, ticker.nanos());
    }

    /** Same, for a stage that ended at this time, which another thread saw. */
    long endedAt(Stage stage, long now) {
        long elapsed = now - sinceNanos;
        timings.add(stage, elapsed);
        last = stage;
        sinceNanos = now;
        return elapsed;
    }

    /** The stage that ended last, or null before any. */
    @Nullable
    Stage last() {
        return last;
    }

    void admit() {
        admitted = true;
    }

    boolean isAdmitted() {
        return admitted;
    }

    /** Remembers the first model that is asked: a request counts once, under that one. */
    void asks(ModelRuntime asked) {
        if (model == null) {
            model = asked;
            current = asked;
        }
    }

    /** Of several models, this one answers next. */
    void comesTo(ModelRuntime asked) {
        current = asked;
    }

    /** The first model that was asked, or null before any. */
    @Nullable
    ModelRuntime model() {
        return model;
    }

    /** The model that was answering at the end, which is the one that failed where one did. */
    @Nullable
    ModelRuntime current() {
        return current;
    }

    StageTimings timings() {
        return timings;
    }
}
