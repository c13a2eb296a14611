package dev.falcon.telemetry;

import dev.falcon.inference.Ticker;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmCompilationMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryPoolAllocationMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmRuntimeInfoMetric;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker's metrics: one registry, handed out as small typed meters. Every series of a closed label set exists at 0 from
 * the start. Safe for use by many threads.
 */
public final class Metrics {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final Labels workerLabel;
    private final DurationQuantiles quantiles;
    private final RequestMeters requests;
    private final CacheMeters cache;
    private final IdempotencyMeters idempotency;
    private final StoreMeters store;
    private final DatabaseMeters database;
    private final RetryMeters retries;
    private final ListenerMeters listener;
    private final ModelMeters models;
    private final Map<Dependency, GuardMeters> guards = new EnumMap<>(Dependency.class);
    private final FallbackMeters fallbacks;
    private final Gauge memoryGrowth;
    private final Gauge crashOnText;

    public Metrics(String workerId, Ticker ticker) {
        workerLabel = Labels.of("worker_id", workerId);
        Meters meters = new Meters(registry, workerLabel);
        quantiles = new DurationQuantiles(meters, ticker);
        requests = new RequestMeters(meters, quantiles);
        cache = new CacheMeters(meters);
        idempotency = new IdempotencyMeters(meters);
        store = new StoreMeters(meters);
        database = new DatabaseMeters(meters);
        retries = new RetryMeters(meters);
        listener = new ListenerMeters(meters);
        models = new ModelMeters(meters);
        fallbacks = new FallbackMeters(meters);
        Gauge state = meters.gauge(Metric.BREAKER_STATE);
        Counter successes = meters.counter(Metric.BREAKER_SUCCESSES);
        Counter failures = meters.counter(Metric.BREAKER_FAILURES);
        for (Dependency dependency : Dependency.values()) {
            String name = dependency.wireName();
            guards.put(dependency, new GuardMeters(state.labelValues(name), successes.labelValues(name),
                    failures.labelValues(name)));
        }
        meters.gauge(Metric.MEMORY_USAGE, ProcessMemory::residentBytes);
        meters.gauge(Metric.MEMORY_LIMIT, ProcessMemory::limitBytes);
        meters.gauge(Metric.HEAP_LIVE, ProcessMemory::liveAfterCollectionBytes);
        memoryGrowth = meters.gauge(Metric.DEBUG_MEMORY_GROWTH);
        memoryGrowth.set(0);
        crashOnText = meters.gauge(Metric.DEBUG_CRASH_ON_TEXT);
        crashOnText.set(0);
        jvm(registry, workerLabel);
    }

    /** All that the library knows but the JVM's native memory: to find out that it is not tracked loads the flight recorder. */
    private static void jvm(PrometheusRegistry registry, Labels worker) {
        JvmThreadsMetrics.builder().constLabels(worker).register(registry);
        JvmBufferPoolMetrics.builder().constLabels(worker).register(registry);
        JvmClassLoadingMetrics.builder().constLabels(worker).register(registry);
        JvmCompilationMetrics.builder().constLabels(worker).register(registry);
        JvmGarbageCollectorMetrics.builder().constLabels(worker).register(registry);
        JvmMemoryPoolAllocationMetrics.builder().constLabels(worker).register(registry);
        JvmMemoryMetrics.builder().constLabels(worker).register(registry);
        JvmRuntimeInfoMetric.builder().constLabels(worker).register(registry);
        ProcessMetrics.builder().constLabels(worker).register(registry);
    }

    /** Shows the running version, and how the last run ended (1 clean, 0 not, NaN unknown); once. */
    public void app(String version, double lastExitClean) {
        Meters meters = new Meters(registry, workerLabel);
        meters.gauge(Metric.LAST_EXIT_CLEAN, () -> lastExitClean);
        meters.gauge(Metric.APP).labelValues(version, Runtime.version().toString()).set(1);
    }

    /** Shows that memory is leaked on purpose. */
    public void memoryGrows() {
        memoryGrowth.set(1);
    }

    /** Shows that a text ends this worker on purpose. */
    public void crashesOnText() {
        crashOnText.set(1);
    }

    public RequestMeters requests() {
        return requests;
    }

    public CacheMeters cache() {
        return cache;
    }

    public IdempotencyMeters idempotency() {
        return idempotency;
    }

    public StoreMeters store() {
        return store;
    }

    public DatabaseMeters database() {
        return database;
    }

    public RetryMeters retries() {
        return retries;
    }

    public ListenerMeters listener() {
        return listener;
    }

    public ModelMeters models() {
        return models;
    }

    public FallbackMeters fallbacks() {
        return fallbacks;
    }

    public GuardMeters guard(Dependency dependency) {
        return Points.of(guards, dependency);
    }

    /** Shows the inference log's books; once. */
    public void books(Supplier<LogBooks> books) {
        registry.register(new BooksCollector(books, workerLabel));
    }

    /** To be called every few seconds: what shows the last minute must have been looking a minute ago. */
    public void sample() {
        quantiles.sample();
    }

    /** The media type of what {@link #scrape} would answer; one of a few. */
    public String contentType(@Nullable String accept) {
        return formats.findWriter(accept == null ? "" : accept).getContentType();
    }

    /**
     * Everything as it is now.
     *
     * @param accept the scraper's {@code Accept} header: protobuf and OpenMetrics where asked for, else Prometheus text
     */
    public Scrape scrape(@Nullable String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept == null ? "" : accept);
        ByteArrayOutputStream body = new ByteArrayOutputStream(32 * 1024);
        try {
            writer.write(body, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen in memory", e);
        }
        return new Scrape(writer.getContentType(), body.toByteArray());
    }
}
