package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformerTrainerTest {

    private static final EncoderDescription INT8 = EncoderDescription.BGE_SMALL_INT8;

    @TempDir private Path folder;

    @Test
    void learnsTopicsAndIsServedFromWhatItWrote() throws Exception {
        List<String> steps = new ArrayList<>();
        LabelledTexts texts = RealEncoders.examples(1, 4, 20);
        Files.deleteIfExists(store(RealEncoders.folder()));
        try (Encoders encoders = RealEncoders.encoders()) {
            TransformerTrainer trainer = new TransformerTrainer(encoders, Ticker.system());
            TransformerPlan plan = new TransformerPlan("topics", "1", 42, 0.2, INT8.name());

            TrainedModel trained = trainer.train(texts, plan, steps::add);

            assertThat(Objects.requireNonNull(trained.manifest().heldOut()).accuracy()).isGreaterThan(0.9);
            assertThat(Objects.requireNonNull(trained.manifest().training()).parameters())
                    .containsEntry("encoder", INT8.name())
                    .containsEntry("encoder_digest", INT8.digest())
                    .containsEntry("max_tokens", RealEncoders.MAX_TOKENS);
            assertThat(steps).contains("embedded 0 of " + distinct(texts) + " texts");
            Path directory = RealEncoders.write(folder, trained);
            ModelRuntime model = TransformerRuntime.load(directory, Manifest.read(directory), encoders);
            assertThat(model.id()).isEqualTo(trained.manifest().id());
            assertThat(model.predict(List.of(model.prepare("The dessert was great, and so was the waiter.")))
                    .getFirst()
                    .label()).isEqualTo("topic0");

            steps.clear();
            TrainedModel again = trainer.train(texts, plan, steps::add);
            assertThat(again.manifest()).isEqualTo(trained.manifest());
            assertThat(steps).as("its embeddings were kept").noneMatch(step -> step.startsWith("embedded"));

            flipAByteOfTheFirst(store(RealEncoders.folder()));
            steps.clear();
            assertThat(trainer.train(texts, plan, steps::add).manifest()).isEqualTo(trained.manifest());
            assertThat(steps).as("the one that was damaged").contains("embedded 0 of 1 texts");
            steps.clear();
            trainer.train(texts, plan, steps::add);
            assertThat(steps).as("it is kept again").noneMatch(step -> step.startsWith("embedded"));
        } finally {
            Files.deleteIfExists(store(RealEncoders.folder()));
        }
    }

    private static long distinct(LabelledTexts texts) {
        return texts.examples().stream().map(LabelledText::text).distinct().count();
    }

    private static Path store(Path cache) {
        return cache.resolve("embeddings-" + INT8.name() + "-" + INT8.digest().substring(0, 12) + "-"
                + RealEncoders.MAX_TOKENS + ".bin");
    }

    private static void flipAByteOfTheFirst(Path store) throws IOException {
        byte[] damaged = Files.readAllBytes(store);
        damaged[100]++;
        Files.write(store, damaged);
    }

    private EmbeddingStore embeddings() {
        return new EmbeddingStore(new CacheFolder(folder), INT8, RealEncoders.MAX_TOKENS);
    }

    private static float[] embedding(long seed) {
        Random random = new Random(seed);
        float[] embedding = new float[EncoderDescription.DIMENSIONS];
        for (int d = 0; d < embedding.length; d++) {
            embedding[d] = random.nextFloat();
        }
        return embedding;
    }

    @Test
    void keptEmbeddingsComeBackBitForBitAndOnlyThoseAskedFor() {
        String one = "1".repeat(64);
        String two = "2".repeat(64);
        embeddings().add(Map.of(one, embedding(1)));
        embeddings().add(Map.of(two, embedding(2)));

        assertThat(embeddings().find(Set.of(one, "3".repeat(64)))).containsOnlyKeys(one);
        assertThat(embeddings().find(Set.of(one, two)).get(two)).isEqualTo(embedding(2));
    }

    @Test
    void aTornEndIsCutOffAndDamageIsNotBelieved() throws Exception {
        String one = "1".repeat(64);
        String two = "2".repeat(64);
        embeddings().add(Map.of(one, embedding(1)));
        byte[] whole = Files.readAllBytes(store(folder));
        Files.write(store(folder), Arrays.copyOf(whole, whole.length + 700));
        embeddings().add(Map.of(two, embedding(2)));

        assertThat(embeddings().find(Set.of(one, two))).hasSize(2);
        flipAByteOfTheFirst(store(folder));
        assertThat(embeddings().find(Set.of(one, two))).containsOnlyKeys(two);
        embeddings().add(Map.of(one, embedding(1)));
        assertThat(embeddings().find(Set.of(one, two))).hasSize(2);
        assertThat(embeddings().find(Set.of(one)).get(one)).isEqualTo(embedding(1));
    }

    @Test
    void tellsHowLongItStillTakes() {
        assertThat(TextEmbedder.told(0, 10_000, 5)).isEqualTo("embedded 0 of 10000 texts");
        assertThat(TextEmbedder.told(2500, 10_000, 20_000_000_000L))
                .isEqualTo("embedded 2500 of 10000 texts, about 60 s left");
        assertThat(TextEmbedder.told(256, 10_000, 20_000_000_000L))
                .isEqualTo("embedded 256 of 10000 texts, about 13 min left");
    }

    @Test
    void asManyTextsAreComputedAtOnceAsThereAreCores() {
        for (int cores = 1; cores < 100; cores++) {
            ThreadLayout layout = ThreadLayout.of(cores);
            assertThat(layout.callers() * layout.threadsEach()).isLessThanOrEqualTo(cores).isPositive();
        }
        assertThat(ThreadLayout.of(0)).as("no container has less than one").isEqualTo(new ThreadLayout(1, 1));
    }

    @Test
    void whatEncodersTakeIsCountedOnceForEach() {
        Encoders encoders = new Encoders(new Settings.Encoding(folder, 256), 2);

        Map<String, Long> bytes = encoders.nativeBytes(List.of(INT8.name(), INT8.name(), "none"));

        assertThat(bytes).containsOnlyKeys("the encoder " + INT8.name());
        assertThat(bytes.get("the encoder " + INT8.name())).isBetween(100L << 20, 400L << 20);
    }

    @Test
    void anEncoderThatReadsMoreTakesMore() {
        for (EncoderDescription encoder : EncoderDescription.ALL) {
            long usual = bytes(encoder, 256);
            assertThat(bytes(encoder, 32)).isLessThanOrEqualTo(usual);
            assertThat(bytes(encoder, 512)).as("two callers with texts twice as long")
                    .isGreaterThan(usual + (60L << 20));
        }
    }

    private long bytes(EncoderDescription encoder, int maxTokens) {
        return new Encoders(new Settings.Encoding(folder, maxTokens), 2).nativeBytes(List.of(encoder.name()))
                .values()
                .iterator()
                .next();
    }
}
