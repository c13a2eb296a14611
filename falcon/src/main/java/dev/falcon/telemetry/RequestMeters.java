package dev.falcon.telemetry;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** How requests end. Safe for use by many threads. */
public final class RequestMeters {

    /** Label of requests that never came to a model. */
    public static final String NO_MODEL = "none";

    /** Where a request's answer came from. */
    public enum Source {
        MODEL("false"),
        CACHE("true"),
        IDEMPOTENCY("idempotency");

        private final String label;

        Source(String label) {
            this.label = label;
        }
    }

    /** Why a request was not admitted. */
    public enum ShedReason {
        OVERLOADED,
        RATE_LIMITED,
        NOT_READY
    }

    /** The series of one model, found once and kept. */
    private record ModelSeries(Map<Source, CounterDataPoint> successes, Map<Source, DistributionDataPoint> seconds,
            CounterDataPoint errors, CounterDataPoint refusals, CounterDataPoint truncated,
            CounterDataPoint condemned) {}

    private static final Stage[] STAGES = Stage.values();

    private final Counter requests;
    private final Histogram duration;
    private final Counter truncated;
    private final Counter condemned;
    private final Map<ErrorCode, CounterDataPoint> errors = new EnumMap<>(ErrorCode.class);
    private final Map<ShedReason, CounterDataPoint> shed = new EnumMap<>(ShedReason.class);
    private final DistributionDataPoint[] stages = new DistributionDataPoint[STAGES.length];
    private final Map<String, ModelSeries> models = new ConcurrentHashMap<>();
    private final ModelSeries noModel;
    private final Meters meters;
    private final DurationQuantiles quantiles;

    RequestMeters(Meters meters, DurationQuantiles quantiles) {
        this.meters = meters;
        this.quantiles = quantiles;
        requests = meters.counter(Metric.REQUESTS);
        duration = meters.latencyHistogram(Metric.DURATION);
        truncated = meters.counter(Metric.TRUNCATED_TEXTS);
        condemned = meters.counter(Metric.CONDEMNED_TEXTS);
        var errorCounter = meters.counter(Metric.ERRORS);
        for (ErrorCode code : ErrorCode.values()) {
            errors.put(code, errorCounter.labelValues(code.wireName()));
        }
        var shedCounter = meters.counter(Metric.SHED);
        for (ShedReason reason : ShedReason.values()) {
            shed.put(reason, shedCounter.labelValues(reason.name().toLowerCase(Locale.ROOT)));
        }
        var stageHistogram = meters.stageHistogram(Metric.STAGE_DURATION);
        for (Stage stage : STAGES) {
            stages[stage.ordinal()] = stageHistogram.labelValues(stage.wireName());
        }
        quantiles.observe(duration);
        noModel = new ModelSeries(Map.of(), Map.of(), requests.labelValues("error", "false", NO_MODEL),
                requests.labelValues("refused", "false", NO_MODEL), truncated.labelValues(NO_MODEL),
                condemned.labelValues(NO_MODEL));
    }

    /** Makes a model's series exist at 0; called when it is loaded. Only such names become label values. */
    public void addModel(String model) {
        models.computeIfAbsent(model, name -> {
            Map<Source, CounterDataPoint> successes = new EnumMap<>(Source.class);
            Map<Source, DistributionDataPoint> seconds = new EnumMap<>(Source.class);
            for (Source source : Source.values()) {
                successes.put(source, requests.labelValues("success", source.label, name));
                seconds.put(source, duration.labelValues(source.label, name));
            }
            quantiles.addModel(name);
            return new ModelSeries(successes, seconds, requests.labelValues("error", "false", name),
                    requests.labelValues("refused", "false", name), truncated.labelValues(name),
                    condemned.labelValues(name));
        });
    }

    /** Registers the gauges of admission; once. */
    public void admission(IntSupplier inFlight, IntSupplier limit) {
        meters.gauge(Metric.IN_FLIGHT, inFlight::getAsInt);
        meters.gauge(Metric.CONCURRENCY_LIMIT, limit::getAsInt);
    }

    public void succeeded(String model, Source source, long elapsedNanos) {
        ModelSeries series = models.get(model);
        if (series != null) {
            Points.of(series.successes(), source).inc();
            Points.of(series.seconds(), source).observe(elapsedNanos / 1e9);
        }
    }

    /** Counts an answer to a text that was cut off; under no model where it is that of one no longer served, replayed. */
    public void truncated(String model) {
        models.getOrDefault(model, noModel).truncated().inc();
    }

    /** Counts a request that is refused for a text that ended a process; {@link #failed} counts it besides. */
    public void condemned(String model) {
        models.getOrDefault(model, noModel).condemned().inc();
    }

    /** Counts a request without an answer, whatever the reason, under the model if it came that far. */
    public void failed(String model, ErrorCode code) {
        ModelSeries series = models.getOrDefault(model, noModel);
        switch (code.kind()) {
            case REFUSED -> series.refusals().inc();
            case ERROR -> series.errors().inc();
        }
        Points.of(errors, code).inc();
    }

    public void shed(ShedReason reason) {
        Points.of(shed, reason).inc();
    }

    /** Observes one stage; the front does so for its own. */
    public void stage(Stage stage, long elapsedNanos) {
        stages[stage.ordinal()].observe(elapsedNanos / 1e9);
    }

    /** Observes every stage that the request came through. */
    public void stages(StageTimings timings) {
        for (Stage stage : STAGES) {
            if (timings.entered(stage)) {
                stage(stage, timings.nanos(stage));
            }
        }
    }
}
