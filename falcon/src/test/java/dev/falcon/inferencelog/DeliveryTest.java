package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.resilience.Retry;
import dev.falcon.telemetry.BreakerState;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveryTest {

    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    private final RecordingSink sink = new RecordingSink();
    private final HandTicker waits = new HandTicker();
    private final Metrics metrics = new Metrics("worker-1", Ticker.system());
    private final Guard guard = new Guard(Dependency.POSTGRES,
            new GuardPolicy(4, Duration.ofHours(1), 1, Duration.ofSeconds(10)), metrics.guard(Dependency.POSTGRES),
            Ticker.system());
    private final Delivery delivery = new Delivery(sink, guard,
            new Retry(new Settings.Retry(3, Duration.ofMillis(100), Duration.ofSeconds(5)), metrics.retries(), waits),
            waits);
    private final List<LogRow> rows = Records.rows(NOON, 0, 100);

    @BeforeEach
    void openGuard() {
        guard.start(() -> true);
        await().until(guard::isAvailable);
    }

    @AfterEach
    void closeGuard() {
        guard.close();
    }

    @Test
    void onlyTheRowsAtFaultAreLeftOut() throws Exception {
        sink.refuse("r-0");
        sink.refuse("r-42");
        sink.refuse("r-43");
        sink.refuse("r-99");

        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(4, 0));
        assertThat(sink.written()).hasSize(96).doesNotContain("r-0", "r-42", "r-43", "r-99").startsWith("r-1", "r-2");
        assertThat(sink.writes()).as("halving, not trying one by one").isLessThan(50);
    }

    @Test
    void refusedRowsLeaveTheBreakerUntouched() throws Exception {
        for (LogRow row : rows) {
            sink.refuse(String.valueOf(row.value(Column.REQUEST_ID)));
        }
        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(100, 0));
        assertThat(guard.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(Scraped.value(metrics, "circuit_breaker_failures_total", "dependency=\"postgres\"")).isZero();
    }

    @Test
    void aFailureIsTriedAgainAfterAWaitAndCounted() throws Exception {
        sink.failNext(2);

        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(0, 0));
        assertThat(sink.written()).hasSize(100);
        assertThat(waits.sleeps()).hasSize(2).allMatch(Duration::isPositive);
        assertThat(Scraped.value(metrics, "retry_attempts_total", "operation=\"log_write\"")).isEqualTo(2);
    }

    @Test
    void theTriesAreUsedUpAndTheBatchIsLeft() throws Exception {
        sink.failNext(3);

        assertThat(delivery.deliver(rows, true)).isNull();
        assertThat(sink.writes()).isEqualTo(3);
        assertThat(guard.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void rowsThatTheSinkAloneCannotTakeAreGivenUpAfterAWhileAndNotBefore() throws Exception {
        sink.obstruct("r-7");
        assertThat(delivery.deliver(rows, true)).isNull();
        waits.advance(Obstruction.PATIENCE.minusSeconds(1));
        assertThat(delivery.deliver(rows, true)).isNull();
        assertThat(sink.written()).isEmpty();
        assertThat(guard.state()).isEqualTo(BreakerState.CLOSED);

        waits.advance(Duration.ofSeconds(1));
        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(1, 0));
        assertThat(sink.written()).hasSize(99).doesNotContain("r-7");

        sink.obstruct("r-150");
        assertThat(delivery.deliver(Records.rows(NOON, 100, 200), true)).as("it is still over")
                .isEqualTo(new Delivery.Delivered(1, 0));
    }

    @Test
    void whatWasMendedInTimeIsDeliveredAndTheNextHasItsOwnTime() throws Exception {
        sink.obstruct("r-7");
        assertThat(delivery.deliver(rows, true)).isNull();
        waits.advance(Obstruction.PATIENCE.minusSeconds(1));
        sink.mend();
        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(0, 0));

        sink.obstruct("r-150");
        waits.advance(Duration.ofSeconds(2));
        assertThat(delivery.deliver(Records.rows(NOON, 100, 200), true)).isNull();
    }

    @Test
    void aSinkThatIsAwayGivesNothingUpHoweverLong() throws Exception {
        sink.available(false);
        for (int day = 0; day < 3; day++) {
            assertThat(delivery.deliver(rows, false)).isNull();
            waits.advance(Duration.ofDays(1));
        }
        sink.available(true);
        assertThat(delivery.deliver(rows, true)).isEqualTo(new Delivery.Delivered(0, 0));
    }

    @Test
    void withoutPatienceThereIsOneTry() throws Exception {
        sink.failNext(1);

        assertThat(delivery.deliver(rows, false)).isNull();
        assertThat(waits.sleeps()).isEmpty();
    }

    @Test
    void aSinkThatIsGivenUpIsNotAsked() throws Exception {
        sink.failNext(100);
        delivery.deliver(rows, true);
        delivery.deliver(rows, true);
        assertThat(guard.state()).isEqualTo(BreakerState.OPEN);
        int writes = sink.writes();

        assertThat(delivery.deliver(rows, true)).isNull();
        assertThat(sink.writes()).isEqualTo(writes);
        assertThat(delivery.isUsable()).isFalse();
    }
}
