package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {

    /** The words with spaces, and a bar where no 2-gram spans. */
    private static String words(String text) {
        Tokens tokens = Tokenizer.tokenize(text);
        return IntStream.range(0, tokens.count())
                .mapToObj(i -> (i == 0 ? "" : tokens.joined(i) ? " " : " | ") + tokens.word(i))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '=', quoteCharacter = '`', value = {
        "Good case, Excellent value. = good case | excellent value",
        "10/10 -- would buy again    = 10 10 would buy again",
        "the 'best' dogs' toy        = the best dogs toy",
        "it's O’Neill                = it's o'neill",
        "Größe ÉTÉ                   = größe été",
        "日本語 text 良い               = 日 本 語 text 良 い",
        "nice👍👍ok                   = nice 👍 👍 ok",
        "नमस्ते दुनिया                    = नमस्ते दुनिया"})
    void cutsAtWhatIsNoLetterOrDigit(String text, String expected) {
        assertThat(words(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '=', quoteCharacter = '`', value = {
        "not good, but fine          = not ~good | but fine",
        "I didn't like it. At all    = i didn't ~like ~it | at all",
        "no no good                  = no no ~good",
        "I don’t care                = i don't ~care",
        "never a b c d e f g h i j   = never ~a ~b ~c ~d ~e ~f ~g ~h i j",
        "n't is no verb              = n't is no ~verb",
        "nothing notable             = nothing notable"})
    void marksWordsInTheReachOfANegation(String text, String expected) {
        assertThat(words(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "?!...", "'’'", "\0\t\n", "\uD83D", "— – \""})
    void aTextWithoutWordsHasNone(String text) {
        assertThat(Tokenizer.tokenize(text).count()).isZero();
    }

    @Test
    void composedAndDecomposedLettersAreTheSameWord() {
        assertThat(words(Normalizer.normalize("café tiếng", Normalizer.Form.NFD))).isEqualTo("café tiếng");
    }

    /** Whatever comes in, words are lower case without white space, and taking them apart again changes nothing. */
    @RepeatedTest(300)
    void anythingCanBeTokenized(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String text = random.ints(random.nextInt(200), 0, 0x30000)
                .map(c -> random.nextInt(3) > 0 ? c % 0x80 : c)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        Tokens tokens = Tokenizer.tokenize(text);

        for (int i = 0; i < tokens.count(); i++) {
            String word = tokens.word(i);
            String bare = word.charAt(0) == Tokenizer.NEGATED ? word.substring(1) : word;
            assertThat(bare).isNotEmpty().doesNotContainAnyWhitespaces().doesNotContain("~");
            assertThat(bare.codePoints().map(Character::toLowerCase).toArray()).isEqualTo(bare.codePoints().toArray());
        }
    }
}
