package dev.falcon.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Stage;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.RequestMeters.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final class HandTicker implements Ticker {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void sleep(Duration duration) {
            nanos.addAndGet(duration.toNanos());
        }
    }

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w-1", ticker);

    private String page() {
        return new String(metrics.scrape(null).body(), StandardCharsets.UTF_8);
    }

    @Test
    void everyCatalogEntryIsOnThePageOnceItsPartsRun() {
        metrics.app("1.2.3", 1);
        metrics.models().loaded(new ModelId("m", "1", "abc"), 5_000_000);
        metrics.models().mode(new ModelId("m", "1", "abc"), "batched");
        metrics.models().batchSizes("m").accept(4);
        metrics.requests().addModel("m");
        metrics.requests().admission(() -> 3, () -> 128);
        metrics.database().pool(() -> 2, () -> 1);
        metrics.database().disk(() -> 100, () -> 40);
        metrics.books(() -> new LogBooks(10, 4, Map.of(), 6, 0, 0, 0));

        String page = page();

        assertThat(Arrays.stream(Metric.values()))
                .allSatisfy(metric -> assertThat(page).contains("# TYPE " + metric.fullName() + " "));
        assertThat(page.lines().filter(line -> !line.startsWith("#")))
                .allSatisfy(line -> assertThat(line).contains("worker_id=\"w-1\""));
    }

    @Test
    void closedLabelSetsExistAtZeroFromTheStart() {
        metrics.requests().addModel("m");

        assertThat(page())
                .contains("circuit_breaker_state{dependency=\"redis\",worker_id=\"w-1\"} 0.0")
                .contains("cache_hits_total{tier=\"local\",worker_id=\"w-1\"} 0.0")
                .contains("inference_errors_total{error_type=\"malformed_request\",worker_id=\"w-1\"} 0.0")
                .contains("inference_requests_total{cache_hit=\"idempotency\",model=\"m\",status=\"success\","
                        + "worker_id=\"w-1\"} 0.0")
                .contains("inference_duration_seconds_bucket{cache_hit=\"false\",model=\"m\",worker_id=\"w-1\","
                        + "le=\"1.0E-4\"} 0");
    }

    @Test
    void refusalsDoNotEnterTheDurationHistogram() {
        metrics.requests().addModel("m");
        metrics.requests().failed("m", ErrorCode.OVERLOADED);
        metrics.requests().failed(RequestMeters.NO_MODEL, ErrorCode.MALFORMED_REQUEST);
        metrics.requests().succeeded("m", Source.CACHE, 2_000_000);

        assertThat(page())
                .contains("inference_duration_seconds_count{cache_hit=\"true\",model=\"m\",worker_id=\"w-1\"} 1")
                .contains("inference_duration_seconds_count{cache_hit=\"false\",model=\"m\",worker_id=\"w-1\"} 0")
                .contains(
                        "inference_requests_total{cache_hit=\"false\",model=\"m\",status=\"refused\",worker_id=\"w-1\"} 1.0")
                .contains("model=\"none\",status=\"refused\",worker_id=\"w-1\"} 1.0");
    }

    @Test
    void aModelNameThatWasNeverLoadedIsNoLabelValue() {
        metrics.requests().failed("whatever a caller says", ErrorCode.UNKNOWN_MODEL);

        assertThat(page()).doesNotContain("whatever");
    }

    @Test
    void quantilesAreThoseOfTheLastMinute() {
        metrics.requests().addModel("m");
        metrics.sample();
        for (int i = 0; i < 100; i++) {
            metrics.requests().succeeded("m", Source.MODEL, TimeUnit.SECONDS.toNanos(2));
        }
        assertThat(quantile("0.5")).isBetween(1.0, 2.5);
        for (int i = 0; i < 15; i++) {
            ticker.sleep(Duration.ofSeconds(5));
            metrics.sample();
        }
        for (int i = 0; i < 100; i++) {
            metrics.requests().succeeded("m", Source.MODEL, TimeUnit.MILLISECONDS.toNanos(2));
        }
        assertThat(quantile("0.99")).isBetween(0.001, 0.0026);
    }

    private double quantile(String q) {
        String prefix = "inference_duration_seconds_quantiles{model=\"m\",quantile=\"" + q + "\",worker_id=\"w-1\"} ";
        return page().lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void stagesOfAMicrosecondHaveTheirOwnBuckets() {
        metrics.requests().stage(Stage.MODEL, 2_000);

        assertThat(page())
                .contains("inference_stage_duration_seconds_bucket{stage=\"model\",worker_id=\"w-1\",le=\"5.0E-6\"} 1");
    }

    @Test
    void theFormatFollowsTheAcceptHeader() {
        assertThat(metrics.scrape("text/plain").contentType()).startsWith("text/plain");
        assertThat(metrics.scrape("application/openmetrics-text; version=1.0.0").contentType())
                .startsWith("application/openmetrics-text");
        assertThat(metrics.scrape("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                + "encoding=delimited").contentType()).startsWith("application/vnd.google.protobuf");
    }

    @Test
    void theBooksComeFromOneSnapshotAScrape() {
        AtomicLong asked = new AtomicLong();
        Map<LogBooks.DropReason, Long> dropped = new EnumMap<>(Map.of(LogBooks.DropReason.REFUSED, 2L));
        metrics.books(() -> {
            long n = asked.incrementAndGet();
            return new LogBooks(n * 10, n * 5, dropped, n * 5 - 2, 1.5, 4096, 8192);
        });

        assertThat(page()).contains("inference_log_enqueued_total{worker_id=\"w-1\"} 10.0")
                .contains("inference_log_written_total{worker_id=\"w-1\"} 5.0")
                .contains("inference_log_pending{worker_id=\"w-1\"} 3.0")
                .contains("inference_log_spool_bytes{worker_id=\"w-1\"} 4096.0")
                .contains("inference_log_spool_limit_bytes{worker_id=\"w-1\"} 8192.0")
                .contains("dropped_logs_total{reason=\"refused\",worker_id=\"w-1\"} 2.0");
    }
}
