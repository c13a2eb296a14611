package dev.falcon.http;

import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.listener.Reply;
import dev.falcon.serving.ReadinessReport;
import dev.falcon.serving.ServedModels.Served;
import dev.falcon.telemetry.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a worker says of itself: alive, ready, measured. Safe for use by many threads. */
final class StatusPages {

    private static final double MILLIS_A_SECOND = 1e3;

    private record Health(String status, String workerId, String timestamp, double uptimeSeconds) {}

    private record Readiness(boolean ready, String workerId, Checks checks, List<String> degraded, String timestamp) {}

    private record Checks(boolean modelLoaded, boolean redisAvailable, boolean databaseAvailable) {}

    private record Models(List<Map<String, Object>> models, String workerId, String timestamp) {}

    private static final double HUNDREDTHS = 100;

    private final String workerId;
    private final Supplier<ReadinessReport> readiness;
    private final Supplier<List<Served>> models;
    private final MetricsPages metrics;
    private final Ticker ticker;
    private final InstantSource clock;
    private final long startNanos;

    StatusPages(HttpFront.Parts parts) {
        this.workerId = parts.worker().id();
        this.readiness = parts.readiness();
        this.models = parts.models();
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

    Reply models() {
        List<Served> served = models.get();
        List<Map<String, Object>> rows = new ArrayList<>(served.size());
        for (int i = 0; i < served.size(); i++) {
            rows.add(row(served.get(i), i == 0));
        }
        return json(HttpStatus.OK, new Models(rows, workerId, timestamp()));
    }

    /** A map, as "default" is no name for a component. */
    private static Map<String, Object> row(Served served, boolean isDefault) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", served.id().name());
        row.put("version", served.id().version());
        row.put("digest", served.id().digest());
        row.put("labels", served.labels());
        row.put("runtime", served.kind());
        row.put("default", isDefault);
        row.put("calls", served.calls());
        row.put("batch_size", served.batchSize());
        row.put("batch_gain", Math.round(served.batchGain() * HUNDREDTHS) / HUNDREDTHS);
        row.put("embedding_dimensions", served.embeddingDimensions());
        return row;
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
