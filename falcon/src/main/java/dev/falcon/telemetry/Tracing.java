package dev.falcon.telemetry;

import dev.falcon.inference.Answer;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends one span for each request, and one below it for each stage it came through, to a collector (OTLP over HTTP). Requests
 * put theirs into a bounded queue or drop them, and never wait. Exists only where a collector is named; nothing of the library
 * is loaded elsewhere. Safe for use by many threads.
 */
public final class Tracing {

    private static final int QUEUE_SPANS = 4096;
    private static final int BATCH_SPANS = 512;
    private static final Duration BATCH_DELAY = Duration.ofSeconds(1);
    private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);
    private static final Stage[] STAGES = Stage.values();

    private static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("falcon.model");
    private static final AttributeKey<String> CACHE_HIT = AttributeKey.stringKey("falcon.cache_hit");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("falcon.request_id");

    /**
     * Where spans go and who they are from.
     *
     * @param endpoint base URL of the collector; {@code /v1/traces} is added
     * @param version of this build
     */
    public record Target(String endpoint, String serviceName, String workerId, String version) {}

    /**
     * The span that the caller made the request in, as its {@code traceparent} says.
     *
     * @param traceId 32 hex digits
     * @param spanId 16 hex digits
     * @param sampled whether the caller keeps its trace; if not, nothing is sent of this request
     */
    public record Parent(String traceId, String spanId, boolean sampled) {}

    /**
     * A request that was answered.
     *
     * @param route method and path pattern, the span's name
     */
    public record Ended(String route, @Nullable Parent parent, String requestId, int httpStatus) {}

    /**
     * Where its time went, in nanoseconds.
     *
     * @param total from its arrival until now
     * @param encode of that, rendering the answer
     */
    public record Times(StageTimings stages, long encode, long total) {

        private long of(Stage stage) {
            return stage == Stage.ENCODE ? encode : stages.nanos(stage);
        }

        private boolean has(Stage stage) {
            return stage == Stage.ENCODE || stages.entered(stage);
        }
    }

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final InstantSource clock;

    private Tracing(SdkTracerProvider provider, InstantSource clock) {
        this.provider = provider;
        this.tracer = provider.get("dev.falcon");
        this.clock = clock;
    }

    /** Starts the thread that sends. The collector need not be there. */
    public static Tracing open(Target target, InstantSource clock) {
        String base = target.endpoint();
        OtlpHttpSpanExporter sender = OtlpHttpSpanExporter.builder()
                .setEndpoint((base.endsWith("/") ? base : base + "/") + "v1/traces")
                .setTimeout(EXPORT_TIMEOUT)
                .setConnectTimeout(EXPORT_TIMEOUT)
                .build();
        Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), target.serviceName(),
                AttributeKey.stringKey("service.instance.id"), target.workerId(),
                AttributeKey.stringKey("service.version"), target.version()));
        return new Tracing(SdkTracerProvider.builder()
                .setResource(resource)
                .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
                .addSpanProcessor(BatchSpanProcessor.builder(new ToldExporter(sender))
                        .setMaxQueueSize(QUEUE_SPANS)
                        .setMaxExportBatchSize(BATCH_SPANS)
                        .setScheduleDelay(BATCH_DELAY)
                        .setExporterTimeout(EXPORT_TIMEOUT)
                        .build())
                .build(), clock);
    }

    /** Queues the spans of a request that ends now. */
    public void ended(Ended request, InferenceOutcome outcome, Times times) {
        long endNanos = ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
        Span span = tracer.spanBuilder(request.route())
                .setSpanKind(SpanKind.SERVER)
                .setParent(context(request.parent()))
                .setStartTimestamp(endNanos - times.total(), TimeUnit.NANOSECONDS)
                .setAttribute(HTTP_STATUS, (long) request.httpStatus())
                .setAttribute(REQUEST_ID, request.requestId())
                .startSpan();
        if (span.isRecording()) {
            describe(span, outcome);
            stages(span, times, endNanos);
        }
        span.end(endNanos, TimeUnit.NANOSECONDS);
    }

    private static void describe(Span span, InferenceOutcome outcome) {
        switch (outcome) {
            case Success success -> {
                span.setAttribute(MODEL, success.answers().getFirst().model().name());
                span.setAttribute(CACHE_HIT, cacheHit(success));
            }
            case Embedded embedded -> span.setAttribute(MODEL, embedded.model().name());
            case Failure failure -> {
                span.setAttribute(ERROR_TYPE, failure.code().wireName());
                if (failure.code().kind() == ErrorCode.Kind.ERROR) {
                    span.setStatus(StatusCode.ERROR);
                }
            }
        }
    }

    /** As in inference_requests_total. */
    private static String cacheHit(Success success) {
        if (success.idempotency() == IdempotencyStatus.REPLAYED) {
            return "idempotency";
        }
        return Boolean.toString(success.answers().stream().allMatch(Answer::cacheHit));
    }

    /** One after the other up to the end. A stage that was entered twice is one span, so only lengths are exact, not beginnings. */
    private void stages(Span span, Times times, long endNanos) {
        Context below = Context.root().with(span);
        long atNanos = endNanos;
        for (int i = STAGES.length - 1; i >= 0; i--) {
            Stage stage = STAGES[i];
            if (times.has(stage)) {
                long startNanos = atNanos - times.of(stage);
                tracer.spanBuilder(stage.wireName())
                        .setParent(below)
                        .setStartTimestamp(startNanos, TimeUnit.NANOSECONDS)
                        .startSpan()
                        .end(atNanos, TimeUnit.NANOSECONDS);
                atNanos = startNanos;
            }
        }
    }

    private static Context context(@Nullable Parent parent) {
        if (parent == null) {
            return Context.root();
        }
        return Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(parent.traceId(), parent.spanId(),
                        parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                        TraceState.getDefault())));
    }

    /** Sends what is queued, for so long at most, and ends the thread. */
    public void close(Duration patience) {
        provider.shutdown().join(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
    }
}
