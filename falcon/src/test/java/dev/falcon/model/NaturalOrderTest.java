package dev.falcon.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class NaturalOrderTest {

    @RepeatedTest(20)
    void versionsComeAsPeopleCount(RepetitionInfo repetition) {
        List<String> ordered = List.of("1", "1-rc1", "1.2", "1.9", "1.10", "2", "9", "10", "11",
                "99999999999999999999999998", "99999999999999999999999999", "v1", "v2", "v10");
        List<String> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(repetition.getCurrentRepetition()));

        shuffled.sort(NaturalOrder.INSTANCE);

        assertThat(shuffled).isEqualTo(ordered);
    }

    @RepeatedTest(200)
    void itIsAnOrder(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        String a = version(random);
        String b = version(random);
        String c = version(random);

        assertThat(Integer.signum(NaturalOrder.INSTANCE.compare(a, b)))
                .isEqualTo(-Integer.signum(NaturalOrder.INSTANCE.compare(b, a)));
        assertThat(NaturalOrder.INSTANCE.compare(a, b) == 0).isEqualTo(a.equals(b));
        if (NaturalOrder.INSTANCE.compare(a, b) <= 0 && NaturalOrder.INSTANCE.compare(b, c) <= 0) {
            assertThat(NaturalOrder.INSTANCE.compare(a, c)).isLessThanOrEqualTo(0);
        }
    }

    private static String version(Random random) {
        StringBuilder version = new StringBuilder();
        int length = 1 + random.nextInt(5);
        for (int i = 0; i < length; i++) {
            version.append("0011a.".charAt(random.nextInt(6)));
        }
        return version.toString();
    }
}
