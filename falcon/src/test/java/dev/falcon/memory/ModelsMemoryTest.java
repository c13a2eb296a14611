package dev.falcon.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.Runtimes;
import dev.falcon.config.Settings;
import dev.falcon.memory.MemoryPlan.Addend;
import dev.falcon.model.ModelFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models add to the sum of a worker's memory, and which setting is named for it. */
final class ModelsMemoryTest {

    private static final Path SHIPPED = Path.of("..", "models");
    private static final String ENCODER = "the encoder bge-small-en-v1.5-int8";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static List<Addend> taken(Path path, @Nullable String defaultModel, String served) throws ModelFault {
        return taken(new Settings.Models(path, defaultModel, served), 2);
    }

    private static List<Addend> taken(Settings.Models models, int cores) throws ModelFault {
        try (Runtimes runtimes = new Runtimes(new Settings.Encoding(Path.of("none"), 256), cores)) {
            return runtimes.nativeMemory(models);
        }
    }

    /** A copy of the shipped head, whose manifest says nothing of how it was made. */
    private void headWithoutTraining(Path tree, String name) throws IOException {
        Path from = SHIPPED.resolve("sentiment/1");
        Path to = Files.createDirectories(tree.resolve(name).resolve("1"));
        Files.copy(from.resolve("head.bin"), to.resolve("head.bin"));
        String manifest = Files.readString(from.resolve("manifest.json"));
        int training = manifest.indexOf("  \"training\"");
        int heldOut = manifest.indexOf("  \"held_out\" : {");
        Files.writeString(to.resolve("manifest.json"),
                (manifest.substring(0, training) + manifest.substring(heldOut))
                        .replace("\"name\" : \"sentiment\"", "\"name\" : \"" + name + "\""));
    }

    @Test
    void theEncoderOfAHeadCountsWhetherOrNotItsManifestNamesIt() throws Exception {
        headWithoutTraining(folder, "sentiment");

        assertThat(taken(folder, null, "default")).isEqualTo(taken(SHIPPED, "sentiment", "default"))
                .singleElement()
                .satisfies(encoder -> assertThat(encoder.bytes()).isGreaterThan(180L << 20));
    }

    @Test
    void aHeadThatCannotBeLoadedHasNoEncoderAndNoFaultOfItsOwn() throws Exception {
        headWithoutTraining(folder, "sentiment");
        Path head = folder.resolve("sentiment/1/head.bin");

        Files.write(head, new byte[]{'F', 'A', 'L', 'C', 'O', 'N', 'T', 'H', 0, 0, 0, 1, 0, 99});
        assertThat(taken(folder, null, "default")).isEmpty();
        Files.delete(head);
        assertThat(taken(folder, null, "default")).isEmpty();
    }

    @Test
    void theSettingsAreNamedThatAskForAModel() throws Exception {
        headWithoutTraining(folder, "sentiment");
        headWithoutTraining(folder, "other");

        assertThat(taken(SHIPPED, "sentiment", "all")).containsExactly(encoder("DEFAULT_MODEL"));
        assertThat(taken(SHIPPED, "sentiment-linear", "default")).isEmpty();
        assertThat(taken(SHIPPED, "sentiment-linear", "all")).containsExactly(encoder("SERVED_MODELS"));
        assertThat(taken(folder, null, "all")).containsExactly(encoder("DEFAULT_MODEL and SERVED_MODELS"));
        assertThat(taken(folder.resolve("other/1"), null, "default")).containsExactly(encoder("MODEL_PATH"));
    }

    @Test
    void aRefusalNamesThem() throws Exception {
        JvmBounds jvm = new JvmBounds(64L << 20, 0, 0, 0, 0, 0, false, 1);

        assertThat(MemoryPlan.refusal(jvm, new MemoryLimit(1 << 20, "here"),
                taken(SHIPPED, "sentiment-linear", "sentiment"))).contains(ENCODER + " 192 MB (SERVED_MODELS)");
    }

    private static Addend encoder(String setting) throws ModelFault {
        return new Addend(ENCODER, taken(SHIPPED, "sentiment", "default").getFirst().bytes(), setting);
    }
}
