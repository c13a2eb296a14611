package dev.falcon.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.telemetry.BreakerState;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.Scraped;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class GuardTest {

    private static final Duration OPEN = Duration.ofSeconds(60);
    private static final Duration SLOW = Duration.ofMillis(100);

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);
    private final Guard guard = new Guard(Dependency.REDIS, new GuardPolicy(5, OPEN, 3, SLOW),
            metrics.guard(Dependency.REDIS), ticker, new Random(7));
    private boolean works = true;
    private int probes;
    private final Callable<?> probe = () -> {
        probes++;
        if (!works) {
            throw new IOException("refused");
        }
        return true;
    };

    @Test
    void isUnavailableUntilAProbeSucceeded() throws Exception {
        assertThat(guard.isAvailable()).isFalse();
        assertThat(guard.tryEnter()).isNull();
        assertThat(gauge()).isEqualTo(1);
        connect();
        assertThat(guard.isAvailable()).isTrue();
        assertThat(gauge()).isZero();
        assertThat(probes).isEqualTo(3);
    }

    @Test
    void opensOnFailuresInARowAndRefusesFromThenOn() throws Exception {
        connect();
        failures(4);
        assertThat(guard.isAvailable()).isTrue();
        failures(1);
        assertThat(guard.state()).isEqualTo(BreakerState.OPEN);
        assertThat(guard.tryEnter()).isNull();
        assertThat(gauge()).isEqualTo(1);
        assertThat(counter("circuit_breaker_failures_total")).isEqualTo(5);
    }

    @Test
    void staysClosedWhenASuccessComesBetween() throws Exception {
        connect();
        failures(4);
        enter().succeeded();
        failures(4);
        assertThat(guard.isAvailable()).isTrue();
        failures(1);
        assertThat(guard.isAvailable()).isFalse();
    }

    @Test
    void opensOnCallsThatFailAlthoughEachProbeBetweenThemSucceeds() throws Exception {
        connect();
        for (int i = 0; i < 5; i++) {
            assertThat(guard.isAvailable()).isTrue();
            failures(1);
            succeedingProbe();
        }
        assertThat(guard.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void forgetsFailedCallsOnceProbesSucceedAndNoneFailsAnyMore() throws Exception {
        connect();
        failures(4);
        succeedingProbe();
        succeedingProbe();
        failures(4);
        assertThat(guard.isAvailable()).isTrue();
    }

    private void succeedingProbe() throws InterruptedException {
        int before = probes;
        ticker.advance(Duration.ofSeconds(2));
        guard.probeIfDue(probe);
        assertThat(guard.state() != BreakerState.CLOSED || probes == before + 1).isTrue();
    }

    @Test
    void countsASlowCallAsAFailureAlsoInTurnWithFailedOnes() throws Exception {
        connect();
        for (int i = 0; i < 5; i++) {
            Permit permit = enter();
            if (i % 2 == 0) {
                ticker.advance(SLOW.plusMillis(1));
                permit.succeeded();
            } else {
                permit.failed("reset");
            }
        }
        assertThat(guard.state()).isEqualTo(BreakerState.OPEN);
        assertThat(counter("circuit_breaker_failures_total")).isEqualTo(5);
    }

    @Test
    void triesAgainOnlyAfterItsTimeAndOnlyByProbe() throws Exception {
        connect();
        works = false;
        failures(5);
        int before = probes;
        ticker.advance(OPEN.multipliedBy(79).dividedBy(100));
        guard.probeIfDue(probe);
        assertThat(probes).isEqualTo(before);
        ticker.advance(OPEN.multipliedBy(42).dividedBy(100));
        assertThat(guard.tryEnter()).as("time alone lets no request in").isNull();
        guard.probeIfDue(probe);
        assertThat(probes).isEqualTo(before + 1);
        assertThat(guard.state()).as("one failed trial is enough").isEqualTo(BreakerState.OPEN);
    }

    @Test
    void closesAfterTrialsThatSucceedInARow() throws Exception {
        connect();
        failures(5);
        ticker.advance(OPEN.multipliedBy(2));
        guard.probeIfDue(probe);
        assertThat(guard.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(gauge()).isEqualTo(2);
        assertThat(guard.tryEnter()).as("half-open lets no request in").isNull();
        ticker.advance(Duration.ofSeconds(1));
        guard.probeIfDue(probe);
        assertThat(guard.state()).isEqualTo(BreakerState.HALF_OPEN);
        ticker.advance(Duration.ofSeconds(1));
        guard.probeIfDue(probe);
        assertThat(guard.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aFailedTrialAmongGoodOnesOpensItAgain() throws Exception {
        connect();
        failures(5);
        ticker.advance(OPEN.multipliedBy(2));
        guard.probeIfDue(probe);
        works = false;
        ticker.advance(Duration.ofSeconds(1));
        guard.probeIfDue(probe);
        assertThat(guard.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void leavesTheTimeOfAProbeToTheProbeWhichMayHaveToConnect() throws Exception {
        guard.probeIfDue(() -> {
            ticker.advance(SLOW.multipliedBy(10));
            return true;
        });
        assertThat(guard.state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void aCallBegunWhileClosedDoesNotCountAsATrial() throws Exception {
        connect();
        Permit early = enter();
        Permit other = enter();
        failures(5);
        ticker.advance(OPEN.multipliedBy(2));
        guard.probeIfDue(probe);
        early.succeeded();
        other.failed("late");
        assertThat(guard.state()).isEqualTo(BreakerState.HALF_OPEN);
        ticker.advance(Duration.ofSeconds(1));
        guard.probeIfDue(probe);
        assertThat(guard.state()).as("two trials of three").isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void aCallOfAnEarlierClosedEraDoesNotCountInALaterOne() throws Exception {
        connect();
        Permit[] early = {enter(), enter(), enter(), enter(), enter()};
        failures(5);
        ticker.advance(OPEN.multipliedBy(2));
        connect();
        for (Permit permit : early) {
            permit.failed("late");
        }
        assertThat(guard.isAvailable()).isTrue();
    }

    @Test
    void anIdleWorkerNoticesADeathWithinSeconds() throws Exception {
        connect();
        works = false;
        for (int i = 0; i < 40 && guard.isAvailable(); i++) {
            ticker.advance(Duration.ofMillis(100));
            guard.probeIfDue(probe);
        }
        assertThat(guard.isAvailable()).isFalse();
    }

    @Test
    void findsADependencyThatComesUpShortlyAfterTheStart() throws Exception {
        works = false;
        Duration waited = Duration.ZERO;
        Duration step = Duration.ofMillis(50);
        while (!guard.isAvailable() && waited.compareTo(Duration.ofSeconds(20)) < 0) {
            works = waited.compareTo(Duration.ofSeconds(3)) >= 0;
            guard.probeIfDue(probe);
            ticker.advance(step);
            waited = waited.plus(step);
        }
        assertThat(waited).isLessThan(Duration.ofSeconds(6));
        assertThat(probes).as("tries while absent are bounded").isLessThan(15);
    }

    @Test
    void aRequestedProbeDoesNotShortenAnOutage() throws Exception {
        connect();
        failures(5);
        int before = probes;
        guard.probeSoon();
        guard.probeIfDue(probe);
        assertThat(probes).isEqualTo(before);
    }

    @Test
    void aRequestedProbeComesAtOnceWhileClosed() throws Exception {
        connect();
        int before = probes;
        guard.probeIfDue(probe);
        assertThat(probes).isEqualTo(before);
        guard.probeSoon();
        guard.probeIfDue(probe);
        assertThat(probes).isEqualTo(before + 1);
    }

    /** A worker that cannot start for another reason must not blame Redis on its way out. */
    @Test
    void aProbeThatTheEndOfTheWorkerCutShortCountsForNothing() {
        Callable<?> cutShort = () -> {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        };

        assertThatThrownBy(() -> guard.probeIfDue(cutShort)).isInstanceOf(InterruptedException.class);

        assertThat(counter("circuit_breaker_failures_total")).isZero();
    }

    private void connect() throws InterruptedException {
        works = true;
        for (int i = 0; i < 5 && !guard.isAvailable(); i++) {
            guard.probeIfDue(probe);
            ticker.advance(Duration.ofMillis(100));
        }
        assertThat(guard.isAvailable()).isTrue();
    }

    private Permit enter() {
        Permit permit = guard.tryEnter();
        if (permit == null) {
            throw new AssertionError("not let in");
        }
        return permit;
    }

    private void failures(int count) {
        for (int i = 0; i < count; i++) {
            enter().failed("refused");
        }
    }

    private double gauge() {
        return Scraped.value(metrics, "circuit_breaker_state", "dependency=\"redis\"");
    }

    private double counter(String name) {
        return Scraped.value(metrics, name, "dependency=\"redis\"");
    }
}
