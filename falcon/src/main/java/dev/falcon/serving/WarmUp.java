package dev.falcon.serving;

import dev.falcon.batching.Mode;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes models warm and measures, while it does, how they are best called. A model whose texts are worked by the same encoder
 * as those of one before it, and as quickly, is called like that one, so that many heads on one encoder do not each take a
 * trial's time. Used by one thread.
 */
final class WarmUp {

    private static final String TEXT = "The service was quick and friendly, and I would come back any time.";

    /** Enough answers for the compiler to have seen the code, unless they take too long. */
    private static final int ANSWERS = 2000;
    private static final Duration TIME_MAX = Duration.ofMillis(300);
    /** What a further model of a preparation that is warm already gets: its own data is touched, the rest is compiled. */
    private static final Duration TIME_OF_FURTHER = Duration.ofMillis(30);

    private static final int RUNS = 5;
    private static final Duration TRIAL_TIME_MAX = Duration.ofSeconds(2);
    /** Of all models together; where there are so many, the last ones go one at a time. */
    private static final Duration TRIALS_TIME_MAX = Duration.ofSeconds(15);
    /** A batch that does so much worse than a smaller one ends the trial: larger ones will not do better. */
    private static final double HOPELESS = 0.9;
    private static final double ALIKE = 1.25;

    /**
     * What was found out about a model.
     *
     * @param embeddingDimensions length of its embeddings; 0 for a model without any
     */
    record Result(Mode mode, int embeddingDimensions, long elapsedNanos) {}

    /** By what computes, never by class: one that is wrapped around runtimes is the same for all of them. */
    private record Tried(String preparation, boolean batchInvariant, long nanosOfOne, Mode mode) {}

    private final Ticker ticker;
    private final int maxBatch;
    private long trialNanosLeft = TRIALS_TIME_MAX.toNanos();
    private final List<Tried> tried = new ArrayList<>();

    WarmUp(Ticker ticker, int maxBatch) {
        this.ticker = ticker;
        this.maxBatch = maxBatch;
    }

    /** @throws IllegalStateException if its answer to a plain sentence is no prediction over its labels */
    Result of(ModelRuntime model) {
        long started = ticker.nanos();
        boolean further = tried.stream().anyMatch(before -> before.preparation().equals(model.preparation()));
        Duration atMost = further ? TIME_OF_FURTHER : TIME_MAX;
        for (int i = 0; i < ANSWERS && ticker.nanos() - started < atMost.toNanos(); i++) {
            check(model, model.predict(List.of(model.prepare(TEXT))));
        }
        long nanosOfOne = timed(model, 1);
        Mode mode = alike(model, nanosOfOne);
        if (mode == null) {
            mode = Mode.of(model.batchInvariant(), trial(model, nanosOfOne));
            tried.add(new Tried(model.preparation(), model.batchInvariant(), nanosOfOne, mode));
        }
        return new Result(mode, embeddingDimensions(model), ticker.nanos() - started);
    }

    private static int embeddingDimensions(ModelRuntime model) {
        float[] embedding = model.embedding(model.prepare(TEXT));
        return embedding == null ? 0 : embedding.length;
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

    private @Nullable Mode alike(ModelRuntime model, long nanosOfOne) {
        for (Tried before : tried) {
            double ratio = nanosOfOne / (double) Math.max(1, before.nanosOfOne());
            if (before.preparation().equals(model.preparation()) && before.batchInvariant() == model.batchInvariant()
                    && ratio < ALIKE && ratio > 1 / ALIKE) {
                return before.mode();
            }
        }
        return null;
    }

    /** Time of one call by its number of texts, as far as larger ones may be worth it. */
    private SortedMap<Integer, Long> trial(ModelRuntime model, long nanosOfOne) {
        SortedMap<Integer, Long> nanosBySize = new TreeMap<>();
        nanosBySize.put(1, nanosOfOne);
        if (!Mode.isWorthTrying(model.batchInvariant(), nanosOfOne)) {
            return nanosBySize;
        }
        long started = ticker.nanos();
        double bestGain = 1;
        long atMostNanos = Math.min(TRIAL_TIME_MAX.toNanos(), trialNanosLeft);
        for (int size = 2; size <= maxBatch && ticker.nanos() - started < atMostNanos; size *= 2) {
            long nanos = timed(model, size);
            nanosBySize.put(size, nanos);
            double gain = nanosOfOne * (double) size / Math.max(1, nanos);
            if (gain < bestGain * HOPELESS) {
                break;
            }
            bestGain = Math.max(bestGain, gain);
        }
        trialNanosLeft -= ticker.nanos() - started;
        return nanosBySize;
    }

    /** The quickest of a few calls with so many texts: what is beyond that, others on the machine took. */
    private long timed(ModelRuntime model, int size) {
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < RUNS; i++) {
            // Anew each time: a text that was predicted before may be worked already.
            List<Prepared> texts = Stream.generate(() -> model.prepare(TEXT)).limit(size).toList();
            long started = ticker.nanos();
            model.predict(texts);
            quickest = Math.min(quickest, ticker.nanos() - started);
        }
        return quickest;
    }
}
