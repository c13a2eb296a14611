package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.listener.ClientBounds.Pressure;
import dev.falcon.listener.ClientBounds.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClientBoundsTest {

    private final ClientBounds bounds = ClientBounds.of(Duration.ofSeconds(10), Duration.ofSeconds(75));

    @ParameterizedTest
    @CsvSource({"SILENT, NONE, 10000, CLOSE", "SILENT, CROWDED, 10000, CLOSE", "SILENT, CLOSING, 500, CLOSE",
        "IDLE, NONE, 75000, CLOSE", "IDLE, CROWDED, 1000, CLOSE", "HEADERS, NONE, 10000, CUT",
        "HEADERS, CLOSING, 10000, CUT", "BODY, NONE, 10000, CUT", "BODY, CROWDED, 10000, CUT",
        "ANSWERING, NONE, 10000, CLOSE", "ANSWERING, CLOSING, 10000, CLOSE", "CUT, NONE, 1000, CLOSE",
        "LINGERING, NONE, 1000, CLOSE"})
    void aPhaseIsEndedAtItsBoundAndNotBefore(Phase phase, Pressure pressure, long boundMillis, Verdict verdict) {
        long boundNanos = Duration.ofMillis(boundMillis).toNanos();

        assertThat(bounds.verdict(phase, boundNanos - 1, pressure)).isEqualTo(Verdict.LEAVE);
        assertThat(bounds.verdict(phase, boundNanos, pressure)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @EnumSource(Pressure.class)
    void aRequestThatIsWorkedOnIsNeverTheClientsFault(Pressure pressure) {
        assertThat(bounds.verdict(Phase.WORKING, Duration.ofDays(1).toNanos(), pressure)).isEqualTo(Verdict.LEAVE);
    }

    @Test
    void idleConnectionsGoAtOnceWhenThePortCloses() {
        assertThat(bounds.verdict(Phase.IDLE, 0, Pressure.CLOSING)).isEqualTo(Verdict.CLOSE);
    }

    @Test
    void theSweepIsFineEnoughForTheShortestBound() {
        assertThat(ClientBounds.of(Duration.ofSeconds(1), Duration.ofSeconds(75)).sweepPeriod())
                .isEqualTo(Duration.ofMillis(50));
        assertThat(ClientBounds.of(Duration.ofHours(1), Duration.ofHours(1)).sweepPeriod())
                .isEqualTo(Duration.ofMillis(250));
    }
}
