package dev.falcon.serving;

import dev.falcon.batching.DynamicBatcher;
import dev.falcon.batching.Processors;
import dev.falcon.batching.Work;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Stage;
import dev.falcon.inference.Ticker;
import dev.falcon.model.ModelRuntime;
import dev.falcon.model.Prepared;
import dev.falcon.quarantine.Quarantine;
import dev.falcon.quarantine.TextHash;
import dev.falcon.serving.ServedModels.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks models, each in the way that it is best called: on the request's own thread, or through its batcher. Work that nobody
 * waits for any more is not begun. Safe for use by many threads.
 */
final class ModelCalls {

    /** A client is not asked whether it is still there so soon after its request. */
    private static final Duration SURELY_THERE = Duration.ofMillis(2);

    private final Processors processors;
    private final AdmissionControl admission;
    private final Endings endings;
    private final Ticker ticker;

    ModelCalls(Processors processors, AdmissionControl admission, Endings endings, Ticker ticker) {
        this.processors = processors;
        this.admission = admission;
        this.endings = endings;
        this.ticker = ticker;
    }

    /** How long computing may take, where its time is booked, and what was prepared by now. */
    record Budget(Deadline deadline, Trip trip, PreparedTexts texts) {}

    /** Predictions in the order of the items asked, and the runtime's time for all of them; or the failure. */
    record Computed(List<Prediction> predictions, long nanos, @Nullable Failure failure) {

        private static Computed failed(Failure failure) {
            return new Computed(List.of(), 0, failure);
        }
    }

    /** Runs the model on some of the texts, unless nobody waits for the answer any more. */
    Computed compute(InferenceRequest request, Running model, List<String> texts, Budget budget)
            throws InterruptedException {
        if (texts.isEmpty()) {
            return new Computed(List.of(), 0, null);
        }
        return model.runtime() instanceof WatchedRuntime watched
                ? computeWatched(request, model, watched, new Asked(texts, budget))
                : attempted(request, model, texts, budget);
    }

    private record Asked(List<String> texts, Budget budget) {}

    /** Not where a text ended a process before; and where one may have, each text by itself and no two of those at once. */
    private Computed computeWatched(InferenceRequest request, Running model, WatchedRuntime watched, Asked asked)
            throws InterruptedException {
        Quarantine quarantine = watched.quarantine();
        if (quarantine.isEmpty()) {
            return attempted(request, model, asked.texts(), asked.budget());
        }
        List<TextHash> hashes = asked.texts().stream().map(watched::hash).toList();
        String refusal = quarantine.refusal(hashes);
        if (refusal != null) {
            endings.meters().condemned(watched.id().name());
            // No 500: who asks again and again would have nginx take worker after worker for broken.
            return Computed.failed(Failure.of(ErrorCode.INVALID_TEXT, refusal));
        }
        if (!quarantine.isSuspect(hashes)) {
            return attempted(request, model, asked.texts(), asked.budget());
        }
        List<Prediction> predictions = new ArrayList<>(hashes.size());
        long nanos = 0;
        for (int i = 0; i < hashes.size(); i++) {
            if (!quarantine.takeTurn(asked.budget().deadline().remainingNanos())) {
                return Computed.failed(late());
            }
            try {
                Computed one = attempted(request, model, List.of(asked.texts().get(i)), asked.budget());
                if (one.failure() != null) {
                    return one;
                }
                quarantine.acquit(hashes.get(i));
                predictions.addAll(one.predictions());
                nanos += one.nanos();
            } finally {
                quarantine.giveTurn();
            }
        }
        return new Computed(predictions, nanos, null);
    }

    private Computed attempted(InferenceRequest request, Running model, List<String> texts, Budget budget)
            throws InterruptedException {
        DynamicBatcher<Prepared, Prediction> batcher = model.batcher();
        try {
            if (budget.texts().areWorked(model.runtime(), texts)) {
                return computeRest(model.runtime(), texts, budget);
            }
            return batcher == null
                    ? computeHere(request, model.runtime(), texts, budget)
                    : computeThere(request, batcher, budget.texts().of(model.runtime(), texts), budget);
        } catch (RuntimeException e) {
            budget.trip().ended(Stage.MODEL);
            endings.modelFailed(request, model.runtime().id(), e);
            return Computed.failed(Failure.of(ErrorCode.MODEL_FAILED, "The model " + model.runtime().id().name() + "/"
                    + model.runtime().id().version() + " failed on this text."));
        }
    }

    /**
     * What is left to do on texts that another model of the request had computed: so little that it waits for no turn, and
     * tells admission nothing about how long a turn takes.
     */
    private static Computed computeRest(ModelRuntime model, List<String> texts, Budget budget) {
        if (budget.deadline().passed()) {
            return Computed.failed(late());
        }
        List<Prediction> predictions = predict(model, budget.texts().of(model, texts));
        return new Computed(predictions, budget.trip().ended(Stage.MODEL), null);
    }

    private Computed computeHere(InferenceRequest request, ModelRuntime model, List<String> texts, Budget budget)
            throws InterruptedException {
        if (!processors.take(budget.deadline())) {
            return Computed.failed(late());
        }
        try {
            long waitNanos = budget.trip().ended(Stage.QUEUE);
            if (hasWaited(request) && request.caller().gone().getAsBoolean()) {
                return Computed.failed(gone());
            }
            List<Prepared> prepared = budget.texts().of(model, texts);
            long tokenizeNanos = budget.trip().ended(Stage.TOKENIZE);
            List<Prediction> predictions = predict(model, prepared);
            long modelNanos = budget.trip().ended(Stage.MODEL);
            admission.computed(waitNanos, tokenizeNanos + modelNanos);
            return new Computed(predictions, modelNanos, null);
        } finally {
            processors.leave();
        }
    }

    /** To ask whether the client is still there costs a system call, as much as a small model's work. */
    private boolean hasWaited(InferenceRequest request) {
        return ticker.nanos() - request.caller().arrivedNanos() >= SURELY_THERE.toNanos();
    }

    /** Texts share a batch only where that does not change their answers. */
    private static List<Prediction> predict(ModelRuntime model, List<Prepared> prepared) {
        if (model.batchInvariant()) {
            return model.predict(prepared);
        }
        List<Prediction> predictions = new ArrayList<>(prepared.size());
        for (Prepared one : prepared) {
            predictions.addAll(model.predict(List.of(one)));
        }
        return predictions;
    }

    private Computed computeThere(InferenceRequest request, DynamicBatcher<Prepared, Prediction> batcher,
            List<Prepared> prepared, Budget budget) throws InterruptedException {
        budget.trip().ended(Stage.TOKENIZE);
        if (hasWaited(request) && request.caller().gone().getAsBoolean()) {
            return Computed.failed(gone());
        }
        Work<Prepared, Prediction> work =
                new Work<>(prepared, Prepared::costTokens, budget.deadline(), request.caller().gone());
        Work.Ending ending = batcher.run(work);
        if (ending == null) {
            return Computed.failed(admission.queueFull());
        }
        long waitNanos = budget.trip().endedAt(Stage.QUEUE, work.startedNanos(ticker.nanos()));
        long modelNanos = budget.trip().ended(Stage.MODEL);
        if (ending == Work.Ending.DONE || ending == Work.Ending.FAILED) {
            admission.computed(waitNanos, modelNanos);
        }
        return switch (ending) {
            case DONE -> new Computed(work.results(), modelNanos, null);
            case LATE -> Computed.failed(late());
            case GONE -> Computed.failed(gone());
            case FAILED -> throw thrown(work.failure());
        };
    }

    private static RuntimeException thrown(@Nullable Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException("a model threw what it may not", failure);
        };
    }

    private static Failure late() {
        return Failure.of(ErrorCode.DEADLINE_EXCEEDED, "The deadline passed before the model had answered.");
    }

    /** The ending of a request whose client has left. */
    static Failure gone() {
        return Failure.of(ErrorCode.CLIENT_TOO_SLOW, "The client left before its answer.");
    }
}
