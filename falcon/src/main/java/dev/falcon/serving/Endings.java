package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Received;
import dev.falcon.inference.Stage;
import dev.falcon.inference.Ticker;
import dev.falcon.inferencelog.InferenceLog;
import dev.falcon.inferencelog.LogRecord;
import dev.falcon.model.ModelRuntime;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.RequestMeters;
import dev.falcon.telemetry.RequestMeters.Source;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where every request ends, whichever way: counted once, written to the inference log where it belongs there, and told
 * where it was slow or failed. Safe for use by many threads.
 */
public final class Endings {

    private final EventLog log = new EventLog(InferenceService.class);
    private final Settings.Worker worker;
    private final RequestMeters meters;
    private final InferenceLog inferenceLog;
    private final Ticker ticker;

    public Endings(Settings.Worker worker, RequestMeters meters, InferenceLog inferenceLog, Ticker ticker) {
        this.worker = worker;
        this.meters = meters;
        this.inferenceLog = inferenceLog;
        this.ticker = ticker;
    }

    RequestMeters meters() {
        return meters;
    }

    /** Counts and records one ending. */
    void settle(Received received, InferenceOutcome outcome, Trip trip) {
        InferenceRequest request = received instanceof Received.Valid valid ? valid.request() : null;
        long elapsedNanos = request == null ? 0 : ticker.nanos() - request.caller().arrivedNanos();
        meters.stages(trip.timings());
        switch (outcome) {
            // Under the model that was asked: a replayed answer may be that of a model no longer served.
            case Success success -> {
                meters.succeeded(name(trip.model()), source(success), elapsedNanos);
                success.answers().forEach(answer -> truncated(answer.model(), answer.prediction().truncated()));
            }
            case Embedded embedded -> {
                meters.succeeded(name(trip.model()), Source.MODEL, elapsedNanos);
                embedded.embeddings().forEach(embedding -> truncated(embedded.model(), embedding.truncated()));
            }
            case Failure failure -> meters.failed(name(trip.model()), failure.code());
        }
        if (request != null) {
            record(request, outcome, trip, elapsedNanos);
            tell(request, outcome, trip, elapsedNanos);
        }
    }

    private void truncated(ModelId model, boolean truncated) {
        if (truncated) {
            meters.truncated(model.name());
        }
    }

    private static Source source(Success success) {
        if (success.idempotency() == IdempotencyStatus.REPLAYED) {
            return Source.IDEMPOTENCY;
        }
        for (Answer answer : success.answers()) {
            if (!answer.cacheHit()) {
                return Source.MODEL;
            }
        }
        return Source.CACHE;
    }

    private static String name(@Nullable ModelRuntime model) {
        return model == null ? RequestMeters.NO_MODEL : model.id().name();
    }

    /**
     * One record for each answer of a 200, and for each text of a broken promise after admission; none for a refusal, and none
     * where embeddings were asked for: a record tells of a prediction.
     */
    private void record(InferenceRequest request, InferenceOutcome outcome, Trip trip, long elapsedNanos) {
        if (!inferenceLog.isEnabled() || request.wanted() == Wanted.EMBEDDINGS) {
            return;
        }
        LogRecord.Origin origin = new LogRecord.Origin(request.requestId(), worker.id(), request.caller().clientIp(),
                request.idempotencyKey());
        List<LogRecord> records = new ArrayList<>(request.texts().size() * request.models().size());
        switch (outcome) {
            case Success success -> answered(request, success, new Sender(origin, elapsedNanos), records);
            case Embedded embedded -> {
                return;
            }
            case Failure failure -> {
                if (failure.code().kind() != ErrorCode.Kind.ERROR || !trip.isAdmitted()) {
                    return;
                }
                LogRecord.Stamp stamp = inferenceLog.stamp();
                ModelRuntime model = trip.current();
                for (int item = 0; item < request.texts().size(); item++) {
                    records.add(new LogRecord(stamp, item, origin, request.texts().get(item), new LogRecord.Failed(
                            model == null ? null : model.id(), failure.code(), failure.detail(), elapsedNanos)));
                }
            }
        }
        inferenceLog.offer(records);
    }

    /** Who is told of in a record, and how long they waited. */
    private record Sender(LogRecord.Origin origin, long elapsedNanos) {}

    /** Answers come by text and then by model; those of one model share a stamp, as a text's index is in the key too. */
    private void answered(InferenceRequest request, Success success, Sender sender, List<LogRecord> records) {
        boolean replayed = success.idempotency() == IdempotencyStatus.REPLAYED;
        LogRecord.Stamp[] stamps = new LogRecord.Stamp[request.models().size()];
        for (int i = 0; i < stamps.length; i++) {
            stamps[i] = inferenceLog.stamp();
        }
        for (int i = 0; i < success.answers().size(); i++) {
            Answer answer = success.answers().get(i);
            records.add(new LogRecord(stamps[i % stamps.length], answer.item(), sender.origin(),
                    request.texts().get(answer.item()),
                    new LogRecord.Answered(answer, replayed, sender.elapsedNanos())));
        }
    }

    private void tell(InferenceRequest request, InferenceOutcome outcome, Trip trip, long elapsedNanos) {
        if (outcome instanceof Failure failure && failure.code().kind() == ErrorCode.Kind.ERROR) {
            log.emit(Event.REQUEST_FAILED, "a request failed: " + failure.detail(),
                    Field.of("request_id", request.requestId()), Field.of("trace_id", request.caller().traceId()),
                    Field.of("error_type", failure.code().wireName()), Field.of("stage", lastStage(trip)),
                    Field.of("http_status", failure.code() == ErrorCode.DEADLINE_EXCEEDED ? 504 : 500));
        }
        if (elapsedNanos >= worker.slowRequest().toNanos()) {
            log.emit(Event.SLOW_REQUEST, "slow request: " + elapsedNanos / 1_000_000 + " ms", fields(request, trip));
        }
    }

    private static Field[] fields(InferenceRequest request, Trip trip) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.of("request_id", request.requestId()));
        fields.add(Field.of("trace_id", request.caller().traceId()));
        for (Stage stage : Stage.values()) {
            if (trip.timings().entered(stage)) {
                fields.add(Field.of(stage.wireName() + "_ms", trip.timings().nanos(stage) / 1e6));
            }
        }
        return fields.toArray(Field[]::new);
    }

    private static @Nullable String lastStage(Trip trip) {
        Stage last = trip.last();
        return last == null ? null : last.wireName();
    }

    /** Tells of a model that threw; the request ends as model_failed. */
    void modelFailed(InferenceRequest request, ModelId model, Throwable cause) {
        log.emit(Event.DEFECT, "the model " + model.name() + "/" + model.version() + " threw", cause,
                Field.of("request_id", request.requestId()), Field.of("trace_id", request.caller().traceId()),
                Field.of("error_type", ErrorCode.MODEL_FAILED.wireName()),
                Field.of("stage", Stage.MODEL.wireName()), Field.of("http_status", 500));
    }

    /** Tells of a defect in the journey; the request ends as internal. */
    void defect(InferenceRequest request, Trip trip, Throwable cause) {
        log.emit(Event.DEFECT, "a request met a defect", cause, Field.of("request_id", request.requestId()),
                Field.of("trace_id", request.caller().traceId()), Field.of("stage", lastStage(trip)),
                Field.of("error_type", ErrorCode.INTERNAL.wireName()), Field.of("http_status", 500));
    }
}
