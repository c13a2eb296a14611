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
import java.util.concurrent.atomic.AtomicInteger;

/** An encoder that reads so many characters and takes its time, and heads on it; counts what it does. */
final class FakeEncoder {

    static final int READS = 20;
    static final int DIMENSIONS = 3;

    private static final List<String> LABELS = List.of("yes", "no");

    private final Duration takes;
    private final AtomicInteger embedded = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** @param takes how long it embeds a text */
    FakeEncoder(Duration takes) {
        this.takes = takes;
    }

    /** Texts that it was run on. */
    int embedded() {
        return embedded.get();
    }

    /** From now on whoever embeds waits until {@link #go()}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void go() {
        gate.countDown();
    }

    /** A head that says yes the surer the larger its slope. */
    ModelRuntime head(String name, double slope) {
        return new Head(name, slope);
    }

    private final class Text extends Prepared {
        private final String read;
        private volatile boolean worked;

        Text(String text) {
            super(1, text.length() > READS);
            this.read = text.substring(0, Math.min(READS, text.length()));
        }

        @Override
        public boolean isWorked() {
            return worked;
        }

        private void embed() {
            if (!worked) {
                try {
                    gate.await();
                    Ticker.system().sleep(takes);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                embedded.incrementAndGet();
                worked = true;
            }
        }
    }

    private final class Head implements ModelRuntime {
        private final String name;
        private final double slope;

        Head(String name, double slope) {
            this.name = name;
            this.slope = slope;
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
        public String preparation() {
            return "fake encoder";
        }

        @Override
        public Prepared prepare(String text) {
            return new Text(text);
        }

        @Override
        public List<Prediction> predict(List<Prepared> texts) {
            List<Prediction> predictions = new ArrayList<>();
            for (Prepared prepared : texts) {
                Text text = (Text) prepared;
                text.embed();
                double yes = 1 / (1 + Math.exp(-slope * text.read.length()));
                predictions.add(new Prediction(LABELS, new double[]{yes, 1 - yes}, text.truncated()));
            }
            return predictions;
        }

        @Override
        public float[] embedding(Prepared prepared) {
            Text text = (Text) prepared;
            text.embed();
            return new float[]{text.read.length(), 0.5f, -1};
        }
    }
}
