package dev.falcon.http;

import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.listener.Reply;
import dev.falcon.serving.ReadinessReport;
import dev.falcon.telemetry.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a worker says of itself: alive, ready, measured. Safe for use by many threads. */
final class StatusPages {

    private static final double MILLIS_A_SECOND = 1e3;

    private record Health(String status, String workerId, String timestamp, double uptimeSeconds) {}

    private record Readiness(boolean ready, String workerId, Checks checks, List<String> degraded, String timestamp) {}

    private record Checks(boolean modelLoaded, boolean redisAvailable, boolean databaseAvailable) {}

    private final String workerId;
    private final Supplier<ReadinessReport> readiness;
    private final MetricsPages metrics;
    private final Ticker ticker;
    private final InstantSource clock;
    private final long startNanos;

    StatusPages(HttpFront.Parts parts) {
        this.workerId = parts.worker().id();
        this.readiness = parts.readiness();
        this.ticker = parts.ticker();
        this.metrics = new MetricsPages(parts.metrics(), ticker);
        this.clock = parts.clock();
        this.startNanos = ticker.nanos();
    }

    Reply health() {
        double uptimeSeconds = Duration.ofNanos(ticker.nanos() - startNanos).toMillis() / MILLIS_A_SECOND;
        return json(HttpStatus.OK, new Health("healthy", workerId, timestamp(), uptimeSeconds));
    }

    Reply readiness() {
        ReadinessReport report = readiness.get();
        return json(report.ready() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE,
                new Readiness(report.ready(), workerId,
                        new Checks(report.modelLoaded(), report.redisAvailable(), report.databaseAvailable()),
                        report.degraded(), timestamp()));
    }

    Reply metrics(@Nullable String accept) {
        Scrape scrape = metrics.page(accept);
        return new Reply(HttpStatus.OK, Reply.ContentType.of(scrape.contentType()), scrape.body());
    }

    private static Reply json(int status, Object body) {
        return new Reply(status, Answers.JSON, Json.bytes(body));
    }

    private String timestamp() {
        Instant now = clock.instant();
        return now.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
