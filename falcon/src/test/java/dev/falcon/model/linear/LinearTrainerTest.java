package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.model.Evaluation;
import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTextFault;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Manifest;
import dev.falcon.model.Sha256;
import dev.falcon.model.TrainedModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearTrainerTest {

    private static TrainedModel train(LabelledTexts texts) throws LabelledTextFault {
        return LinearTrainer.train(texts, Generated.plan(), Generated.SILENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6})
    void learnsAnyNumberOfLabels(int labels) throws Exception {
        Manifest manifest = train(Generated.examples(1, labels, 60)).manifest();

        Evaluation heldOut = Objects.requireNonNull(manifest.heldOut());
        assertThat(heldOut.accuracy()).isGreaterThan(0.85);
        assertThat(heldOut.macroF1()).isGreaterThan(0.85);
        assertThat(heldOut.count()).isEqualTo(12 * labels)
                .isEqualTo(Objects.requireNonNull(manifest.training()).heldOut());
        assertThat(Objects.requireNonNull(manifest.training()).trainedOn()).isEqualTo(48 * labels);
        assertThat(heldOut.confusion()).hasSize(labels)
                .allSatisfy(row -> assertThat(row.stream().mapToInt(Integer::intValue).sum()).isEqualTo(12));
        assertThat(manifest.labels()).hasSize(labels).isSorted();
    }

    @Test
    void theSameTextsGiveTheSameBytesInWhateverOrder() throws Exception {
        LabelledTexts texts = Generated.examples(2, 3, 40);
        TrainedModel first = train(texts);
        List<LabelledText> shuffled = new ArrayList<>(texts.examples());
        Collections.shuffle(shuffled, new Random(8));
        TrainedModel second = train(new LabelledTexts(texts.file(), shuffled, texts.digest()));

        assertThat(second.manifest().bytes()).isEqualTo(first.manifest().bytes());
        assertThat(second.files().get("weights.bin")).isEqualTo(first.files().get("weights.bin"));
    }

    @Test
    void theDigestIsThatOfTheWeightsFile() throws Exception {
        TrainedModel trained = train(Generated.examples(2, 2, 40));

        assertThat(trained.files()).containsOnlyKeys("weights.bin");
        assertThat(trained.manifest().digest())
                .isEqualTo(Sha256.hex(trained.files().getOrDefault("weights.bin", new byte[0])));
    }

    @Test
    void textsThatSayNothingOfTheirLabelLeaveItAtChance() throws Exception {
        Random random = new Random(4);
        LabelledTexts noise = Generated.of(IntStream.range(0, 400)
                .mapToObj(i -> new LabelledText(Generated.text(random, 0), "label" + random.nextInt(2), i + 2))
                .toList());

        assertThat(Objects.requireNonNull(train(noise).manifest().heldOut()).accuracy()).isBetween(0.3, 0.7);
    }

    /** With noise the strongest regularisation must win, or the choice was not made on texts that were left out. */
    @Test
    void crossValidationPrefersStrongRegularisationWhereThereIsNothingToLearn() {
        Random random = new Random(4);
        List<LabelledText> noise = IntStream.range(0, 300)
                .mapToObj(i -> new LabelledText(Generated.text(random, 0), "label" + i % 2, i + 2))
                .toList();
        List<LabelledText> clear = Generated.examples(1, 2, 150).examples();
        List<String> labels = List.of("label0", "label1");

        assertThat(CrossValidation.choose(labels, noise, Generated.plan(), Generated.SILENT).c())
                .isEqualTo(CrossValidation.CANDIDATES.getFirst());
        assertThat(CrossValidation.choose(labels, clear, Generated.plan(), Generated.SILENT).c())
                .isGreaterThan(CrossValidation.CANDIDATES.getFirst());
    }

    @Test
    void saysWhatItIsDoing() throws Exception {
        List<String> steps = new CopyOnWriteArrayList<>();
        LinearTrainer.train(Generated.examples(1, 2, 40), Generated.plan(), steps::add);

        assertThat(steps).contains("cross-validation: fold 1 of 5, C = 0.5").last().asString().startsWith("evaluating");
    }

    @Test
    void rareNGramsAreNotInTheModel() {
        List<Tokens> texts =
                List.of(Tokenizer.tokenize("common words once"), Tokenizer.tokenize("common words again again"));
        Vocabulary vocabulary = VocabularyBuilder.build(texts, 2);

        assertThat(IntStream.range(0, vocabulary.wordCount()).mapToObj(vocabulary::word))
                .containsExactly("common", "words");
        assertThat(vocabulary.pairCount()).isEqualTo(1);
    }

    @Test
    void onlyOneLabelIsNoTask() {
        assertThatThrownBy(() -> train(Generated.examples(1, 1, 40))).isInstanceOf(LabelledTextFault.class)
                .hasMessageContaining("same label");
    }

    @Test
    void aLabelWithTooFewTextsIsNamed() {
        List<LabelledText> examples = new ArrayList<>(Generated.examples(1, 2, 40).examples());
        IntStream.range(0, 30).forEach(i -> examples.add(new LabelledText("again and again", "lonely", 99)));

        assertThatThrownBy(() -> train(Generated.of(examples))).isInstanceOf(LabelledTextFault.class)
                .hasMessageContaining("\"lonely\" has 1 different texts");
    }

    @Test
    void aColumnOfNumbersIsProbablyTheWrongOne() {
        List<LabelledText> examples = IntStream.range(0, 2000)
                .mapToObj(i -> new LabelledText("text " + i, "id" + i, i + 2))
                .toList();

        assertThatThrownBy(() -> train(Generated.of(examples))).isInstanceOf(LabelledTextFault.class)
                .hasMessageContaining("is this the right column?");
    }
}
