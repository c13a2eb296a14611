package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Prediction;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise: a text's answer does not depend on what else is asked, in which order, how long that is, or when. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameAnswerTest {

    private static final int TEXTS = 24;

    private final Encoders encoders = RealEncoders.encoders();

    static Stream<EncoderDescription> everyEncoder() {
        return EncoderDescription.ALL.stream();
    }

    @AfterAll
    void close() {
        encoders.close();
    }

    private static List<String> texts() {
        Random random = new Random(11);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < TEXTS; i++) {
            texts.add(RealEncoders.text(random, i % 4).repeat(i % 6 == 0 ? 5 : 1));
        }
        return texts;
    }

    private ModelRuntime model(EncoderDescription encoder, Path folder) throws Exception {
        Path directory = RealEncoders.write(folder, "m", RealEncoders.head(5, 3), encoder);
        return TransformerRuntime.load(directory, Manifest.read(directory), encoders);
    }

    private static void assertSame(List<Prediction> alone, List<Prediction> inCompany, List<Integer> order) {
        for (int i = 0; i < order.size(); i++) {
            Prediction expected = alone.get(order.get(i));
            assertThat(inCompany.get(i).label()).isEqualTo(expected.label());
            for (int label = 0; label < expected.labels().size(); label++) {
                assertThat(Math.abs(inCompany.get(i).probability(label) - expected.probability(label)))
                        .isLessThanOrEqualTo(1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyEncoder")
    void aTextHasOneAnswerInAnyCompanyOrderLengthAndConcurrency(EncoderDescription encoder, @TempDir Path folder)
            throws Exception {
        ModelRuntime model = model(encoder, folder);
        List<String> texts = texts();
        List<Prediction> alone =
                texts.stream().map(text -> model.predict(List.of(model.prepare(text))).getFirst()).toList();
        assertThat(alone.stream().map(Prediction::label).distinct()).as("or nothing could change")
                .hasSizeGreaterThan(1);

        for (int seed = 0; seed < 2; seed++) {
            List<Integer> order = new ArrayList<>(IntStream.range(0, TEXTS).boxed().toList());
            Collections.shuffle(order, new Random(seed));
            List<Prepared> prepared = order.stream().map(i -> model.prepare(texts.get(i))).toList();
            assertSame(alone, model.predict(prepared), order);
            for (int size : new int[]{2, 7}) {
                assertSame(alone.stream().toList(), model.predict(prepared.subList(0, size)), order.subList(0, size));
            }
        }
        List<Integer> all = IntStream.range(0, TEXTS).boxed().toList();
        assertSame(alone, all.parallelStream()
                .map(i -> model.predict(List.of(model.prepare(texts.get(i)))).getFirst())
                .toList(), all);
    }

    /** What the property is measured by: one run of the session with several texts against one run for each. */
    @ParameterizedTest
    @MethodSource("everyEncoder")
    void whatAnEncoderSaysAboutBatchesIsWhatIsMeasured(EncoderDescription description) throws Exception {
        Encoder encoder = encoders.get(description.name(), Path.of("test"));
        double worst = 0;
        List<TokenIds> tokens = texts().stream().map(encoder::tokenize).toList();
        for (int from = 0; from < TEXTS; from += 8) {
            float[][] together = encoder.together(tokens.subList(from, from + 8));
            for (int i = 0; i < 8; i++) {
                float[] alone = encoder.embed(tokens.get(from + i));
                for (int d = 0; d < alone.length; d++) {
                    worst = Math.max(worst, Math.abs(alone[d] - together[i][d]));
                }
            }
        }

        assertThat(worst < 1e-6).as("largest difference %s", worst).isEqualTo(description.batchInvariant());
    }
}
