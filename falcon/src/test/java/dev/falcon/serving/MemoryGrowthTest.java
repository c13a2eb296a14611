package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.telemetry.EventLog;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class MemoryGrowthTest {

    private final EventLog log = new EventLog(MemoryGrowthTest.class);

    @Test
    void keepsSoManyMegabytesForEachRequest() {
        MemoryGrowth growth = new MemoryGrowth(BigDecimal.valueOf(3));

        growth.grow();
        growth.grow();

        assertThat(growth.retainedBytes()).isEqualTo(6L * 1024 * 1024);
    }

    @Test
    void keepsAFractionOfAMegabyteToo() {
        MemoryGrowth growth = new MemoryGrowth(new BigDecimal("0.01"));

        growth.grow();

        assertThat(growth.retainedBytes()).isEqualTo(10_485);
    }

    @Test
    void thereIsNoneUnlessItIsTurnedOn() {
        assertThat(MemoryGrowth.of(new Settings.Debug(false, BigDecimal.valueOf(5), null), log)).isNull();
        assertThat(MemoryGrowth.of(new Settings.Debug(true, BigDecimal.ZERO, null), log)).isNotNull();
    }
}
