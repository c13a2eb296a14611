package dev.falcon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.Patience;
import dev.falcon.inference.StageTimings;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AdmissionControlTest {

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);

    private AdmissionControl admission(int maxInFlight, int perMinute) {
        return new AdmissionControl(
                new Settings.Limits(maxInFlight, Duration.ofSeconds(30), Duration.ofSeconds(10), perMinute), 2, ticker,
                metrics.requests());
    }

    private String page() {
        return new String(metrics.scrape(null).body(), StandardCharsets.UTF_8);
    }

    private Caller caller(String ip) {
        return new Caller(ip, null, 0, Deadline.after(Duration.ofSeconds(1), ticker), new Patience(), () -> false,
                new StageTimings());
    }

    @Test
    void asManyAsThereArePlacesComeInAndOneMoreWhenOneLeaves() {
        AdmissionControl admission = admission(10, 0);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            permits.add(Objects.requireNonNull(admission.admit()));
        }

        assertThat(admission.admit()).isNull();
        permits.getFirst().release();
        assertThat(admission.admit()).isNotNull();
        assertThat(admission.admit()).isNull();
    }

    @Test
    void aPermitIsGivenBackOnceHoweverOftenItIsReleased() {
        AdmissionControl admission = admission(2, 0);
        Permit permit = Objects.requireNonNull(admission.admit());
        Permit other = Objects.requireNonNull(admission.admit());
        permit.release();
        permit.release();
        permit.close();

        assertThat(admission.inFlight()).isEqualTo(1);
        other.close();
        assertThat(admission.inFlight()).isZero();
    }

    @Test
    void whoGaveTheirPlaceBackTakesOneAgainOnlyIfThereIsOne() {
        AdmissionControl admission = admission(1, 0);
        Permit waiting = Objects.requireNonNull(admission.admit());
        assertThat(waiting.reacquire()).as("still held").isNull();
        waiting.release();
        Permit other = Objects.requireNonNull(admission.admit());

        Failure refusal = Objects.requireNonNull(waiting.reacquire());

        assertThat(refusal.code()).isEqualTo(ErrorCode.OVERLOADED);
        other.release();
        assertThat(waiting.reacquire()).isNull();
        assertThat(admission.inFlight()).isEqualTo(1);
    }

    @Test
    void aRefusalNamesTheLimitAndItsSetting() {
        AdmissionControl admission = admission(7, 0);

        Failure refusal = admission.overloaded();

        assertThat(refusal.detail()).contains("All 7 places", "MAX_IN_FLIGHT");
        assertThat(page()).contains("requests_shed_total{reason=\"overloaded\",worker_id=\"w\"} 1.0");
    }

    @Test
    void aCallerOverItsRateIsRefusedByThatAndOthersAreNot() {
        AdmissionControl admission = admission(10, 1);
        assertThat(admission.overRate(caller("10.0.0.1"))).isNull();

        Failure refusal = Objects.requireNonNull(admission.overRate(caller("10.0.0.1")));

        assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refusal.detail()).as("a sentence").matches("[A-Z].*\\.");
        assertThat(refusal.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(60));
        assertThat(admission.overRate(caller("10.0.0.2"))).isNull();
        assertThat(page()).contains("requests_shed_total{reason=\"rate_limited\",worker_id=\"w\"} 1.0");
    }

    @Test
    void threadsThatRushInTogetherNeverExceedTheLimit() throws InterruptedException {
        AdmissionControl admission = admission(5, 0);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 20_000; i++) {
                    Permit permit = admission.admit();
                    if (permit != null) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        permit.close();
                    }
                }
                done.countDown();
            });
        }
        done.await();

        assertThat(most.get()).isBetween(1, 5);
        assertThat(admission.inFlight()).isZero();
    }

    @Test
    void whileAnOverloadLastsFewerComeInAndTheGaugeAndTheRefusalSaySo() {
        AdmissionControl admission = admission(100, 0);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            permits.add(Objects.requireNonNull(admission.admit()));
        }
        for (int i = 0; i < 100; i++) {
            ticker.advance(Duration.ofMillis(20));
            admission.overloaded();
            admission.computed(Duration.ofMillis(150).toNanos(), Duration.ofMillis(3).toNanos());
        }

        assertThat(page()).contains("inference_concurrency_limit{worker_id=\"w\"} 8.0");
        assertThat(admission.overloaded().detail()).contains("All 8 places");
        permits.subList(0, 92).forEach(Permit::release);
        assertThat(admission.isFull()).isTrue();
        permits.getLast().release();
        assertThat(admission.isFull()).isFalse();
        ticker.advance(Duration.ofSeconds(5));
        assertThat(page()).contains("inference_concurrency_limit{worker_id=\"w\"} 100.0");
    }

    @Test
    void theGaugesShowPlacesAndLimit() {
        AdmissionControl admission = admission(5, 0);
        admission.admit();

        assertThat(page()).contains("inference_inflight{worker_id=\"w\"} 1.0")
                .contains("inference_concurrency_limit{worker_id=\"w\"} 5.0");
    }
}
