package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.ModelRepository;
import dev.falcon.model.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model in this repository, as a worker would load it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShippedModelTest {

    @SuppressWarnings("NullAway.Init") // loaded before the tests
    private LoadedModel model;

    @BeforeAll
    void load() throws Exception {
        model = new ModelRepository(new Settings.Models(Path.of("..", "models"), "sentiment-linear"),
                kind -> Optional.of(LinearRuntime::load)).load();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "I love this phone, it works great.              | positive",
        "The food was delicious and the staff friendly.  | positive",
        "A wonderful film with a great cast.             | positive",
        "Terrible service, we will never come back.      | negative",
        "What a waste of money.                          | negative",
        "Not good at all.                                | negative",
        "The worst movie I have ever seen.               | negative"})
    void answersPlainSentences(String text, String label) {
        assertThat(model.runtime().predict(List.of(model.runtime().prepare(text))).getFirst().label())
                .isEqualTo(label);
    }

    @Test
    void theManifestsDigestIsThatOfTheCommittedWeights() throws Exception {
        assertThat(Sha256.hex(Files.readAllBytes(model.directory().resolve("weights.bin"))))
                .isEqualTo(model.manifest().digest());
    }

    @Test
    void isAsGoodAsPromised() {
        assertThat(Objects.requireNonNull(model.manifest().heldOut()).accuracy()).isGreaterThanOrEqualTo(0.81);
        assertThat(Objects.requireNonNull(model.manifest().heldOut()).count()).isGreaterThanOrEqualTo(500);
    }

    @Test
    void theCardTellsTheManifestsNumbers() throws Exception {
        String card = Files.readString(model.directory().resolve("README.md"));
        double low = Objects.requireNonNull(model.manifest().heldOut()).accuracyInterval().low();
        double high = Objects.requireNonNull(model.manifest().heldOut()).accuracyInterval().high();

        assertThat(card).contains(String.format(Locale.ROOT, "**%.1f %%** (%.1f–%.1f)",
                Objects.requireNonNull(model.manifest().heldOut()).accuracy() * 100, low * 100, high * 100));
        assertThat(card).contains(
                String.format(Locale.ROOT, "%,d words, %,d pairs", parameter("words"), parameter("word_pairs")));
        assertThat(card).contains(String.format(Locale.ROOT, "%,d of %,d different sentences",
                Objects.requireNonNull(model.manifest().training()).trainedOn(),
                Objects.requireNonNull(model.manifest().training()).trainedOn()
                        + Objects.requireNonNull(model.manifest().training()).heldOut()));
    }

    private int parameter(String name) {
        return (Integer) Objects.requireNonNull(model.manifest().training()).parameters().getOrDefault(name, 0);
    }
}
