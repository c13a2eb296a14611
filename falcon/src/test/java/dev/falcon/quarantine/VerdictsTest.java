package dev.falcon.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictsTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long HOUR = 3_600_000;

    private static TextHash text(int number) {
        return TextHash.of("encoder", "text " + number);
    }

    private static Verdicts suspects(int... numbers) {
        List<TextHash> texts = new ArrayList<>();
        for (int number : numbers) {
            texts.add(text(number));
        }
        return Verdicts.on(texts, Verdict.suspect(NOW - HOUR));
    }

    @Test
    void theOnlyTextInFlightIsCondemnedWhereNativeCodeIsKnownToHaveFailed() {
        Verdicts after = Verdicts.NONE.afterEnd(List.of(text(1)), true, NOW);

        assertThat(after).isEqualTo(Verdicts.on(List.of(text(1)), Verdict.condemned(NOW)));
    }

    @Test
    void theOnlyTextInFlightIsNoMoreThanSuspectWhereTheProcessMayHaveBeenKilled() {
        Verdicts after = Verdicts.NONE.afterEnd(List.of(text(1)), false, NOW);

        assertThat(after).isEqualTo(Verdicts.on(List.of(text(1)), Verdict.suspect(NOW)));
        assertThat(Verdict.suspect(NOW).isRefused(NOW)).isFalse();
    }

    @Test
    void ofSeveralAllAreSuspects() {
        Verdicts after = Verdicts.NONE.afterEnd(List.of(text(1), text(2)), true, NOW);

        assertThat(after).isEqualTo(Verdicts.on(List.of(text(1), text(2)), Verdict.suspect(NOW)));
    }

    @Test
    void theOnlySuspectOfASecondEndIsCondemnedAndWhoWasBesideItIsNot() {
        Verdicts after = suspects(1, 3).afterEnd(List.of(text(1), text(2)), false, NOW);

        assertThat(after).isEqualTo(Verdicts.on(List.of(text(1)), Verdict.condemned(NOW)));
    }

    @Test
    void severalSuspectsOfASecondEndAreRefusedForAWhileAndThenSuspectsAgain() {
        Verdicts after = suspects(1, 2).afterEnd(List.of(text(1), text(2), text(3)), true, NOW);

        assertThat(after).isEqualTo(Verdicts.on(List.of(text(1), text(2)), Verdict.doubted(NOW)));
        Verdict doubted = Verdict.doubted(NOW);
        assertThat(doubted.isRefused(NOW + Verdict.DOUBT.toMillis() - 1)).isTrue();
        assertThat(doubted.isRefused(NOW + Verdict.DOUBT.toMillis())).isFalse();
        assertThat(doubted.isSuspect(NOW + HOUR)).isTrue();
    }

    @Test
    void anAcquittalEndsAnOlderSuspicionWhoeverHearsOfWhichFirst() {
        Verdicts acquitted = Verdicts.on(List.of(text(1)), Verdict.acquitted(NOW));

        assertThat(suspects(1).and(acquitted, NOW)).isEqualTo(acquitted.and(suspects(1), NOW)).isEqualTo(acquitted);
        assertThat(acquitted.isSuspect(text(1), NOW)).isFalse();
    }

    @Test
    void whatIsOldIsForgottenAndNoMoreThanTheBoundIsKept() {
        assertThat(suspects(1).and(Verdicts.NONE, NOW + 23 * HOUR)).isEqualTo(Verdicts.NONE);
        List<TextHash> many = new ArrayList<>();
        for (int number = 10; number < 10 + Verdicts.MAX; number++) {
            many.add(text(number));
        }

        Verdicts bounded = suspects(1).and(Verdicts.on(many, Verdict.suspect(NOW)), NOW);

        assertThat(bounded.byHash()).hasSize(Verdicts.MAX).doesNotContainKey(text(1));
    }

    @Test
    void bytesSayTheSameAgainAndStrangeOnesNothing() {
        Verdicts some = suspects(1, 2).and(Verdicts.on(List.of(text(3)), Verdict.condemned(NOW)), NOW);

        assertThat(Verdicts.decoded(some.encoded())).isEqualTo(some);
        assertThat(Verdicts.decoded(new byte[]{1, 2, 3, 4, 5, 6, 7, 8, 9})).isEqualTo(Verdicts.NONE);
        assertThat(Verdicts.decoded(new byte[3])).isEqualTo(Verdicts.NONE);
        assertThat(Verdicts.decoded(null)).isEqualTo(Verdicts.NONE);
    }
}
