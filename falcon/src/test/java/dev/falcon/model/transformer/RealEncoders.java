package dev.falcon.model.transformer;

import dev.falcon.config.Settings;
import dev.falcon.inference.Prediction;
import dev.falcon.model.Evaluation;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelWriter;
import dev.falcon.model.Sha256;
import dev.falcon.model.TrainedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The encoders that come with Falcon, unpacked once for all tests, and texts and models to try them on. */
final class RealEncoders {

    static final int MAX_TOKENS = 64;

    /** Of what a sentence is made in each of four topics. */
    private static final List<List<String>> TOPICS = List.of(
            List.of("The soup was cold", "our waiter forgot the bread", "we loved the dessert", "dinner for two",
                    "the kitchen closed early", "a table by the window"),
            List.of("The plot drags", "her acting carries the film", "the director's cut", "a long chase scene",
                    "the ending surprised us", "two hours in the cinema"),
            List.of("My battery died", "the screen has a scratch", "this charger fits", "an update broke it",
                    "the camera focuses fast", "a phone from last year"),
            List.of("Where is my parcel", "the courier rang twice", "delivery took a week", "the box was crushed",
                    "please track my order", "shipped to another city"));

    private RealEncoders() {}

    static Encoders encoders() {
        return encoders(MAX_TOKENS);
    }

    static Encoders encoders(int maxTokens) {
        return new Encoders(new Settings.Encoding(folder(), maxTokens), 2);
    }

    static Path folder() {
        return Path.of("target", "encoder-cache");
    }

    /** A sentence or several of this topic. */
    static String text(Random random, int topic) {
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(3);
        for (int i = 0; i < parts; i++) {
            List<String> of = TOPICS.get(topic);
            text.append(of.get(random.nextInt(of.size()))).append(random.nextInt(3) == 0 ? " number " : ", ");
            text.append(random.nextInt(1000)).append(". ");
        }
        return text.toString();
    }

    /** So many texts of each of so many topics, whose labels are named after them. */
    static LabelledTexts examples(long seed, int topics, int each) {
        Random random = new Random(seed);
        List<LabelledText> examples = new ArrayList<>();
        for (int i = 0; i < topics * each; i++) {
            examples.add(new LabelledText(text(random, i % topics), "topic" + i % topics, i + 2));
        }
        return new LabelledTexts(Path.of("topics.tsv"), examples,
                Sha256.hex(examples.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes a model of this head, as a training on 64 tokens would have. */
    static Path write(Path tree, String name, Head head, EncoderDescription encoder) throws IOException {
        byte[] file = HeadFile.encode(new HeadFile.Content(encoder.name(), encoder.digest(), head));
        return write(tree, new TrainedModel(manifest(name, head, file, encoder), Map.of(HeadFile.NAME, file)));
    }

    static Path write(Path tree, TrainedModel model) throws IOException {
        return new ModelWriter(tree).write(model.manifest(), model.files(), true);
    }

    private static Manifest manifest(String name, Head head, byte[] file, EncoderDescription encoder) {
        return new Manifest(Manifest.FORMAT, TransformerRuntime.KIND, name, "1", head.labels(), Sha256.hex(file),
                encoder.batchInvariant(), new Manifest.Training("0".repeat(64), 42, 80, 20, 0,
                        Map.of(TransformerRuntime.ENCODER, encoder.name(), TransformerRuntime.MAX_TOKENS, MAX_TOKENS)),
                Evaluation.of(head.labels(), new int[]{0},
                        List.of(new Prediction(head.labels(), even(head.labels().size())))),
                null);
    }

    private static double[] even(int labels) {
        double[] probabilities = new double[labels];
        Arrays.fill(probabilities, 1.0 / labels);
        return probabilities;
    }

    /** A head of random weights, steep enough for its probabilities to spread. */
    static Head head(long seed, int labels) {
        Random random = new Random(seed);
        float[][] weights = new float[labels][EncoderDescription.DIMENSIONS];
        float[] biases = new float[labels];
        List<String> names = new ArrayList<>();
        for (int label = 0; label < labels; label++) {
            names.add("label" + label);
            for (int d = 0; d < EncoderDescription.DIMENSIONS; d++) {
                weights[label][d] = (float) random.nextGaussian() * 10;
            }
        }
        return new Head(names, weights, biases);
    }
}
