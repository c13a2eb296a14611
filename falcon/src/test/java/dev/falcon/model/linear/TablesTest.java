package dev.falcon.model.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** {@link TokenTable} and {@link PairTable} against the platform's maps. */
class TablesTest {

    private static int find(TokenTable table, String word) {
        String padded = "__" + word + "__";
        return table.find(padded.toCharArray(), 2, 2 + word.length());
    }

    @RepeatedTest(50)
    void aWordTableFindsWhatIsInItAndNothingElse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Set<String> words = new LinkedHashSet<>();
        int size = random.nextInt(300);
        for (int i = 0; i < size; i++) {
            words.add(word(random));
        }
        List<String> list = new ArrayList<>(words);
        TokenTable table = new TokenTable(list);

        for (int i = 0; i < list.size(); i++) {
            assertThat(find(table, list.get(i))).isEqualTo(i);
            assertThat(table.word(i)).isEqualTo(list.get(i));
        }
        for (int i = 0; i < 300; i++) {
            String other = word(random);
            assertThat(find(table, other)).isEqualTo(list.indexOf(other));
        }
    }

    /** Few letters make many equal prefixes and equal hashes. */
    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int length = 1 + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            word.append("AaBBb".charAt(random.nextInt(5)));
        }
        return word.toString();
    }

    @Test
    void wordsOfEqualHashAreToldApart() {
        assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode()).isEqualTo("AaBB".hashCode());
        TokenTable table = new TokenTable(List.of("AaAa", "BBBB"));

        assertThat(find(table, "AaAa")).isEqualTo(0);
        assertThat(find(table, "BBBB")).isEqualTo(1);
        assertThat(find(table, "AaBB")).isEqualTo(TokenTable.UNKNOWN);
    }

    @RepeatedTest(50)
    void aPairTableFindsWhatIsInItAndNothingElse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Map<Long, Integer> numbers = new HashMap<>();
        int size = random.nextInt(500);
        while (numbers.size() < size) {
            numbers.putIfAbsent(PairTable.key(random.nextInt(40), random.nextInt(40)), numbers.size());
        }
        long[] keys = new long[size];
        numbers.forEach((key, number) -> keys[number] = key);
        PairTable table = new PairTable(keys);

        for (int left = 0; left < 40; left++) {
            for (int right = 0; right < 40; right++) {
                assertThat(table.find(left, right))
                        .isEqualTo(numbers.getOrDefault(PairTable.key(left, right), TokenTable.UNKNOWN));
            }
        }
    }
}
