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
    @CsvSource({"SILENT, NONE, 10000, CLOSE", "SILENT, CLOSING, 500, CLOSE",
        "IDLE, NONE, 75000, CLOSE", "HEADERS, NONE, 10000, CUT",
        "HEADERS, CLOSING, 10000, CUT", "BODY, NONE, 10000, CUT", "BODY, CLOSING, 10000, CUT",
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
    void thoseWithoutARequestMakeRoomFirstAndTheLongestWaitingOfThemBeforeTheOthers() {
        long second = Duration.ofSeconds(1).toNanos();

        assertThat(ClientBounds.evictionOrder(Phase.IDLE, 3 * second))
                .isLessThan(ClientBounds.evictionOrder(Phase.SILENT, 2 * second));
        assertThat(ClientBounds.evictionOrder(Phase.SILENT, second))
                .isLessThan(ClientBounds.evictionOrder(Phase.BODY, 9 * second));
        assertThat(ClientBounds.evictionOrder(Phase.BODY, 9 * second))
                .isLessThan(ClientBounds.evictionOrder(Phase.HEADERS, 8 * second));
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "WORKING", "ANSWERING", "LINGERING", "CLOSED"})
    void whoIsAnsweredNeverMakesRoom(Phase phase) {
        assertThat(ClientBounds.evictionOrder(phase, Duration.ofDays(1).toNanos())).isEqualTo(ClientBounds.STAYS);
    }

    @Test
    void aNewcomerHasAFairChanceToBeHeard() {
        assertThat(ClientBounds.evictionOrder(Phase.SILENT, 50_000_000)).isEqualTo(ClientBounds.STAYS);
        assertThat(ClientBounds.evictionOrder(Phase.HEADERS, 900_000_000)).isEqualTo(ClientBounds.STAYS);
    }

    @Test
    void theSweepIsFineEnoughForTheShortestBound() {
        assertThat(ClientBounds.of(Duration.ofSeconds(1), Duration.ofSeconds(75)).sweepPeriod())
                .isEqualTo(Duration.ofMillis(50));
        assertThat(ClientBounds.of(Duration.ofHours(1), Duration.ofHours(1)).sweepPeriod())
                .isEqualTo(Duration.ofMillis(250));
    }
}
