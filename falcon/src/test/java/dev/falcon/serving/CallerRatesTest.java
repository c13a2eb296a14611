package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CallerRatesTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final CallerRates rates = new CallerRates(60);

    @Test
    void aCallerMaySpendAMinutesWorthAtOnceAndThenOneASecond() {
        for (int i = 0; i < 60; i++) {
            assertThat(rates.take("a", 0)).isZero();
        }
        assertThat(rates.take("a", 0)).isEqualTo(SECOND);
        assertThat(rates.take("a", SECOND / 2)).isBetween(SECOND / 2 - 10, SECOND / 2 + 10);
        assertThat(rates.take("a", SECOND + 10)).isZero();
        assertThat(rates.take("a", SECOND + 10)).isPositive();
    }

    @Test
    void callersDoNotSpendEachOthersRequests() {
        for (int i = 0; i < 61; i++) {
            rates.take("a", 0);
        }
        assertThat(rates.take("b", 0)).isZero();
    }

    @Test
    void restDoesNotSaveUpMoreThanAMinutesWorth() {
        rates.take("a", 0);
        for (int i = 0; i < 60; i++) {
            assertThat(rates.take("a", 3600 * SECOND)).isZero();
        }
        assertThat(rates.take("a", 3600 * SECOND)).isPositive();
    }

    @Test
    void manyAddressesDoNotFillTheMemoryAndAForgottenCallerStartsFull() {
        for (int i = 0; i < 61; i++) {
            rates.take("a", 0);
        }
        for (int i = 0; i < 20_000; i++) {
            rates.take("other " + i, 0);
        }
        assertThat(rates.take("a", 0)).isZero();
    }
}
