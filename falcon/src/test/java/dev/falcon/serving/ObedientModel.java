package dev.falcon.serving;

import dev.falcon.inference.ModelId;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A model whose answer depends on the text's length, and that waits, whoever interrupts it, or fails when told to. */
final class ObedientModel implements ModelRuntime {

    private static final List<String> LABELS = List.of("short", "long");

    private static final class Text extends Prepared {
        private final int length;

        Text(int length) {
            super(1);
            this.length = length;
        }
    }

    private final String name;
    private final Duration takes;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean failNext = new AtomicBoolean();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** @param takes how long a call takes, whatever it holds */
    ObedientModel(String name, Duration takes) {
        this.name = name;
        this.takes = takes;
    }

    /** Runs, of however many texts. */
    int calls() {
        return calls.get();
    }

    /** From now on answers wait until {@link #go()}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void go() {
        gate.countDown();
    }

    /** The next text fails, after its wait. */
    void failNext() {
        failNext.set(true);
    }

    void forgetRuns() {
        runs.set(0);
    }

    /** Texts that were run. */
    int runs() {
        return runs.get();
    }

    /** Calls that wait now. */
    int waiting() {
        return waiting.get();
    }

    @Override
    public ModelId id() {
        return new ModelId(name, "1", "digest of " + name);
    }

    @Override
    public List<String> labels() {
        return LABELS;
    }

    @Override
    public boolean batchInvariant() {
        return true;
    }

    @Override
    public Prepared prepare(String text) {
        return new Text(text.length());
    }

    /** Whether it has come to that; else there was an interrupt, which native code does not look at either. */
    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public List<Prediction> predict(List<Prepared> texts) {
        waiting.incrementAndGet();
        CountDownLatch held = gate;
        boolean over = awaited(held);
        while (!over) {
            over = awaited(held);
        }
        try {
            Ticker.system().sleep(takes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        waiting.decrementAndGet();
        runs.addAndGet(texts.size());
        calls.incrementAndGet();
        if (failNext.compareAndSet(true, false)) {
            throw new IllegalStateException("told to fail");
        }
        List<Prediction> predictions = new ArrayList<>();
        for (Prepared text : texts) {
            double p = 1.0 / (1 + ((Text) text).length);
            predictions.add(new Prediction(LABELS, new double[]{p, 1 - p}));
        }
        return predictions;
    }
}
