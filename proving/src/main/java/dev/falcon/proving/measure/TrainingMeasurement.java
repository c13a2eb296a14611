package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** {@code falcon train} of a head of many labels, before and after its texts have been embedded. */
final class TrainingMeasurement implements Measurement {

    private static final int LABELS = 77;
    private static final int TEXTS = 10_000;
    private static final int LABELS_WHEN_QUICK = 2;
    private static final int TEXTS_WHEN_QUICK = 40;
    private static final int LABELS_OWN_WORDS = 3;
    private static final int WORDS = 12;
    /** Common ones, so that the encoder reads each as a token. */
    private static final List<String> VOCABULARY = List.of("""
            account address amount app balance bank bill card cash change charge check city code
            country credit date day deposit door email error exchange fee file fund help home identity
            key letter limit loan machine mail market message money name number order paper password
            payment phone photo pin price proof question rate reason refund rule safe salary shop
            source state store street tax team ticket time train transfer travel trust value visit
            wage wallet week window world year""".split("\\s"));

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Path data = bench.folder().resolve("intents.tsv");
        Files.write(data, bench.effort().isQuick() ? texts(TEXTS_WHEN_QUICK, LABELS_WHEN_QUICK) : texts(TEXTS, LABELS));
        List<String> train =
                List.of("train", "--runtime", "transformer", "--data", data.toString(), "--name", "intents",
                        "--out", bench.folder().resolve("models").toString(), "--force");
        Row embedding = Row.named("nothing embedded yet (reference)", null);
        Row again = Row.named("the same texts again", embedding.name());
        for (int round = 0; round < bench.effort().rounds(); round++) {
            Map<String, String> settings =
                    Map.of("MODEL_CACHE_DIR", bench.folder().resolve("cache-" + round).toString());
            timed(bench, train, settings, embedding);
            timed(bench, train, settings, again);
        }
        return List.of(embedding, again);
    }

    private static void timed(Bench bench, List<String> train, Map<String, String> settings, Row row)
            throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        long begin = ticker.nanos();
        bench.falcon(train, settings);
        row.add("seconds", (ticker.nanos() - begin) / 1e9);
    }

    /** A quarter of a text's words are its label's own, so that there is something to learn and something to get wrong. */
    private static List<String> texts(int count, int labels) {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>(List.of("text\tlabel"));
        for (int i = 0; i < count; i++) {
            int label = i % labels;
            List<String> words = new ArrayList<>();
            for (int word = 0; word < WORDS; word++) {
                int which = word < LABELS_OWN_WORDS ? label + word * word : random.nextInt(VOCABULARY.size());
                words.add(VOCABULARY.get(which % VOCABULARY.size()));
            }
            lines.add(String.join(" ", words) + " " + i + "\tintent-" + label);
        }
        return lines;
    }
}
