package dev.falcon.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.config.Settings;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.RetryMeters;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.LogLines;
import dev.falcon.testing.Scraped;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("reads log lines, which other tests write too")
class RetryTest {

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);
    private final Retry retry = new Retry(new Settings.Retry(4, Duration.ofMillis(100), Duration.ofMillis(250)),
            metrics.retries(), ticker);
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void returnsTheFirstSuccessAndCountsTheTriesAfterTheFirst() throws Exception {
        try (LogLines log = LogLines.of(Retry.class)) {
            String value = retry.call(RetryMeters.Operation.LOG_WRITE, e -> true, () -> {
                if (calls.incrementAndGet() < 3) {
                    throw new IOException("no");
                }
                return "yes";
            });
            assertThat(value).isEqualTo("yes");
            assertThat(Scraped.value(metrics, "retry_attempts_total", "operation=\"log_write\"")).isEqualTo(2);
            assertThat(log.with("retry of log_write")).hasSize(2);
        }
    }

    @Test
    void givesUpAfterItsLastTryWithTheLastFailure() {
        assertThatThrownBy(() -> retry.call(RetryMeters.Operation.LOG_WRITE, e -> true, () -> {
            throw new IOException("no " + calls.incrementAndGet());
        })).isInstanceOf(IOException.class).hasMessage("no 4");
        assertThat(ticker.sleeps()).hasSize(3);
        assertThat(ticker.sleeps().get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(150));
        assertThat(ticker.sleeps().get(1)).isBetween(Duration.ofMillis(100), Duration.ofMillis(250));
        assertThat(ticker.sleeps().get(2)).isBetween(Duration.ofMillis(200), Duration.ofMillis(250));
    }

    @Test
    void doesNotRepeatWhatAnotherTryWouldNotHelp() {
        assertThatThrownBy(() -> retry.call(RetryMeters.Operation.LOG_WRITE, e -> false, () -> {
            calls.incrementAndGet();
            throw new IOException("no");
        })).isInstanceOf(IOException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void waitsDifferentTimesSoThatWorkersDoNotMarchInStep() {
        assertThat(java.util.stream.IntStream.range(0, 50).mapToObj(i -> retry.waitAfter(1)).distinct().count())
                .isGreaterThan(5);
    }
}
