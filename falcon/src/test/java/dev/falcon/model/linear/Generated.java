package dev.falcon.model.linear;

import dev.falcon.model.LabelledText;
import dev.falcon.model.LabelledTexts;
import dev.falcon.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Texts and models made from a seed. */
final class Generated {

    static final Consumer<String> SILENT = step -> {
    };

    private static final String[] COMMON = {"the", "a", "of", "it", "is", "not", "and", "was", "very", "no"};

    private Generated() {}

    /** A text of common words, words of the topic and rare ones, with some punctuation. */
    static String text(Random random, int topic) {
        StringBuilder text = new StringBuilder();
        int words = 4 + random.nextInt(12);
        for (int i = 0; i < words; i++) {
            text.append(switch (random.nextInt(6)) {
                case 0, 1 -> COMMON[random.nextInt(COMMON.length)];
                case 2, 3, 4 -> "topic" + topic + "word" + random.nextInt(12);
                default -> "rare" + random.nextInt(5000);
            }).append(random.nextInt(7) == 0 ? ", " : " ");
        }
        return text.toString();
    }

    /** So many examples of each of so many labels. */
    static LabelledTexts examples(long seed, int labels, int each) {
        Random random = new Random(seed);
        List<LabelledText> examples = new ArrayList<>();
        for (int i = 0; i < labels * each; i++) {
            examples.add(new LabelledText(text(random, i % labels), "label" + i % labels, i + 2));
        }
        return of(examples);
    }

    static LabelledTexts of(List<LabelledText> examples) {
        return new LabelledTexts(Path.of("generated.tsv"), examples,
                Sha256.hex(examples.toString().getBytes(StandardCharsets.UTF_8)));
    }

    static TrainingPlan plan() {
        return TrainingPlan.of("generated", "1", 42, 0.2);
    }

    /** Weights trained on examples of so many labels. */
    static Weights weights(long seed, int labels) {
        List<LabelledText> examples = examples(seed, labels, 60).examples();
        List<String> names = examples.stream().map(LabelledText::label).distinct().sorted().toList();
        List<Tokens> tokens = examples.stream().map(example -> Tokenizer.tokenize(example.text())).toList();
        return new Design(names, examples, tokens, 2).solve(4, LogisticRegression.Tolerance.FINE);
    }
}
