package dev.falcon.serving;

import dev.falcon.cache.Lookup;
import dev.falcon.cache.ResponseCache;
import dev.falcon.config.Settings;
import dev.falcon.idempotency.Claim;
import dev.falcon.idempotency.Completion;
import dev.falcon.idempotency.IdempotencyGuard;
import dev.falcon.idempotency.PollSchedule;
import dev.falcon.inference.Answer;
import dev.falcon.inference.Embedding;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.InferenceRequest.Wanted;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Received;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.serving.ModelCalls.Budget;
import dev.falcon.serving.ModelCalls.Computed;
import dev.falcon.serving.ServedModels.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The journey of a request, which reads from top to bottom: admit, claim, look up, predict, settle. Runs on the request's
 * own virtual thread, blocks, and never throws. Safe for use by many threads.
 */
public final class InferenceService {

    private static final List<Integer> ONLY = List.of(0);

    private final AdmissionControl admission;
    private final ServedModels models;
    private final IdempotencyGuard idempotency;
    private final ResponseCache cache;
    private final ModelCalls calls;
    private final @Nullable MemoryGrowth leak;
    private final Endings endings;
    private final Duration inferenceTimeout;
    private final Ticker ticker;

    /**
     * The rooms below that the journey leads through.
     *
     * @param leak what every admitted request leaks into in a drill; null in a worker that is well
     */
    public record Rooms(ServedModels models, IdempotencyGuard idempotency, ResponseCache cache,
            @Nullable MemoryGrowth leak) {

        public Rooms(ServedModels models, IdempotencyGuard idempotency, ResponseCache cache) {
            this(models, idempotency, cache, null);
        }
    }

    public InferenceService(Settings.Limits limits, Rooms rooms, Endings endings, Ticker ticker) {
        this.models = rooms.models();
        this.admission = new AdmissionControl(limits, models.processors().count(), ticker, endings.meters());
        this.idempotency = rooms.idempotency();
        this.cache = rooms.cache();
        this.calls = new ModelCalls(models.processors(), admission, endings, ticker);
        this.leak = rooms.leak();
        this.endings = endings;
        this.inferenceTimeout = limits.inferenceTimeout();
        this.ticker = ticker;
    }

    /** Requests being worked on now. */
    public int inFlight() {
        return admission.inFlight();
    }

    /** The refusal, counted as shed, that any request would get now, or null: asked before a body is even parsed. */
    public @Nullable Failure overload() {
        return admission.isFull() ? admission.overloaded() : null;
    }

    /** Answers a request or says why not. Every ending, also of a request that was refused before, is counted here. */
    public InferenceOutcome infer(Received received) {
        Trip trip = new Trip(ticker, received instanceof Received.Valid valid
                ? valid.request().caller().timings()
                : new StageTimings());
        InferenceOutcome outcome = switch (received) {
            case Received.Refused refused -> refused.failure();
            case Received.Valid valid -> travel(valid.request(), trip);
        };
        endings.settle(received, outcome, trip);
        return outcome;
    }

    private InferenceOutcome travel(InferenceRequest request, Trip trip) {
        try {
            return admitted(request, trip);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failure.of(ErrorCode.DEADLINE_EXCEEDED, "The worker stopped before the answer was there.");
        } catch (RuntimeException | Error e) {
            endings.defect(request, trip, e);
            return Failure.of(ErrorCode.INTERNAL, "A defect of the worker's; its log has it under this request id.");
        }
    }

    private InferenceOutcome admitted(InferenceRequest request, Trip trip) throws InterruptedException {
        if (!models.isWarm()) {
            return admission.notReady();
        }
        Failure overRate = admission.overRate(request.caller());
        if (overRate != null) {
            return overRate;
        }
        try (Permit permit = admission.admit()) {
            if (permit == null) {
                return admission.overloaded();
            }
            List<Running> asked = new ArrayList<>(request.models().size());
            for (ModelReference reference : request.models()) {
                Running model = models.resolve(reference);
                if (model == null) {
                    return Failure.of(ErrorCode.UNKNOWN_MODEL, "No model \"" + reference.wireName()
                            + "\" is served here; GET /models lists those that are.");
                }
                trip.asks(model.runtime());
                if (request.wanted() == Wanted.EMBEDDINGS && model.served().embeddingDimensions() == 0) {
                    return Failure.of(ErrorCode.UNKNOWN_MODEL, "The model \"" + model.runtime().id().name() + "/"
                            + model.runtime().id().version() + "\" has no embeddings; GET /models shows which have.");
                }
                asked.add(model);
            }
            trip.admit();
            if (leak != null) {
                leak.grow();
            }
            trip.ended(Stage.ADMISSION);
            return switch (request.wanted()) {
                case PREDICTIONS -> claimed(request, asked, new Held(permit, trip));
                case EMBEDDINGS -> embedded(request, asked.getFirst(), trip);
            };
        }
    }

    /** What a request holds while it travels. */
    private record Held(Permit permit, Trip trip) {}

    private InferenceOutcome claimed(InferenceRequest request, List<Running> asked, Held held)
            throws InterruptedException {
        Claim claim = claim(request, held.permit());
        if (request.idempotencyKey() != null) {
            held.trip().ended(Stage.IDEMPOTENCY);
        }
        return switch (claim) {
            case Claim.Mismatch mismatch -> Failure.of(ErrorCode.IDEMPOTENCY_MISMATCH,
                    "This idempotency key was used before with another model or text.");
            case Claim.Busy busy -> stillBusy(request);
            case Claim.Replay replay ->
                    new Success(replay.answers(), IdempotencyStatus.REPLAYED, held.trip().timings());
            case Claim.NotAsked notAsked -> answered(request, asked, held, IdempotencyStatus.NONE);
            case Claim.Unavailable unavailable -> answered(request, asked, held, IdempotencyStatus.UNAVAILABLE);
            case Claim.Owned owned -> owning(owned, request, asked, held);
        };
    }

    /** Claims the key. While another request works on it, this one polls without taking a place in flight. */
    private Claim claim(InferenceRequest request, Permit permit) throws InterruptedException {
        PollSchedule polls = new PollSchedule(ThreadLocalRandom.current());
        Claim claim = idempotency.claim(request);
        while (claim instanceof Claim.Busy) {
            Duration wait = polls.next();
            if (request.caller().deadline().remainingNanos() <= wait.toNanos()
                    || request.caller().gone().getAsBoolean()) {
                return claim;
            }
            permit.release();
            ticker.sleep(wait);
            claim = idempotency.claim(request);
        }
        return claim;
    }

    private Failure stillBusy(InferenceRequest request) {
        if (request.caller().gone().getAsBoolean()) {
            return ModelCalls.gone();
        }
        idempotency.gaveUp();
        return Failure.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS,
                "Another request with this idempotency key was still running at this one's deadline.");
    }

    private InferenceOutcome owning(Claim.Owned claim, InferenceRequest request, List<Running> asked, Held held)
            throws InterruptedException {
        boolean settled = false;
        try {
            InferenceOutcome outcome = answered(request, asked, held, IdempotencyStatus.STORED);
            if (outcome instanceof Success success) {
                settled = true;
                outcome = switch (idempotency.complete(claim, success.answers(), request.caller().patience())) {
                    case Completion.Kept kept -> success;
                    case Completion.Superseded superseded ->
                            new Success(superseded.answers(), IdempotencyStatus.REPLAYED, success.timings());
                    case Completion.NotKept notKept ->
                            new Success(success.answers(), IdempotencyStatus.UNAVAILABLE, success.timings());
                };
                held.trip().ended(Stage.IDEMPOTENCY);
            }
            return outcome;
        } finally {
            if (!settled) {
                idempotency.release(claim);
            }
        }
    }

    /** Answers every text by every model, in that order. */
    private InferenceOutcome answered(InferenceRequest request, List<Running> asked, Held held,
            IdempotencyStatus idempotencyStatus) throws InterruptedException {
        Failure noPlace = held.permit().reacquire();
        if (noPlace != null) {
            return noPlace;
        }
        if (asked.size() == 1 && request.texts().size() == 1) {
            return answeredOne(request, asked.getFirst(), held, idempotencyStatus);
        }
        List<Answer> byModel = new ArrayList<>(asked.size() * request.texts().size());
        PreparedTexts prepared = new PreparedTexts();
        for (Running model : asked) {
            held.trip().comesTo(model.runtime());
            Failure failure = answerAll(request, model, budget(request, held.trip(), prepared), byModel);
            if (failure != null) {
                return failure;
            }
        }
        List<Answer> byText = asked.size() == 1 ? byModel : new ArrayList<>(byModel.size());
        for (int item = 0; asked.size() > 1 && item < request.texts().size(); item++) {
            for (int model = 0; model < asked.size(); model++) {
                byText.add(byModel.get(model * request.texts().size() + item));
            }
        }
        return new Success(byText, idempotencyStatus, held.trip().timings());
    }

    /** The usual question, one text to one model: the same way as many, without what keeps many apart. */
    private InferenceOutcome answeredOne(InferenceRequest request, Running model, Held held,
            IdempotencyStatus idempotencyStatus) throws InterruptedException {
        Budget budget = budget(request, held.trip(), new PreparedTexts());
        @Nullable Answer[] answered = new Answer[1];
        while (true) {
            Failure failure = answerSome(request, model, ONLY, budget, answered);
            if (failure != null) {
                return failure;
            }
            Answer answer = answered[0];
            if (answer != null) {
                return new Success(List.of(answer), idempotencyStatus, held.trip().timings());
            }
        }
    }

    private Budget budget(InferenceRequest request, Trip trip, PreparedTexts prepared) {
        return new Budget(request.caller().deadline().within(inferenceTimeout), trip, prepared);
    }

    /** Adds one model's answers in the texts' order, or says why there are none. */
    private @Nullable Failure answerAll(InferenceRequest request, Running model, Budget budget, List<Answer> answers)
            throws InterruptedException {
        @Nullable Answer[] answered = new Answer[request.texts().size()];
        for (List<Integer> missing = missing(answered); !missing.isEmpty(); missing = missing(answered)) {
            Failure failure = answerSome(request, model, missing, budget, answered);
            if (failure != null) {
                return failure;
            }
        }
        for (Answer answer : answered) {
            answers.add(Objects.requireNonNull(answer));
        }
        return null;
    }

    /** Indexes without an answer, ascending. */
    private static List<Integer> missing(@Nullable Answer[] answered) {
        List<Integer> missing = new ArrayList<>(answered.length);
        for (int item = 0; item < answered.length; item++) {
            if (answered[item] == null) {
                missing.add(item);
            }
        }
        return missing;
    }

    private static List<String> pick(List<String> texts, List<Integer> items) {
        if (items.size() == texts.size()) {
            return texts;
        }
        List<String> picked = new ArrayList<>(items.size());
        for (int item : items) {
            picked.add(texts.get(item));
        }
        return picked;
    }

    /**
     * Looks texts up, computes those that are this request's to compute, and waits for those that another one computes. A
     * text whose other request gave up stays unanswered: the next round finds it, leads or waits again.
     */
    private @Nullable Failure answerSome(InferenceRequest request, Running model, List<Integer> items,
            Budget budget, @Nullable Answer[] answered) throws InterruptedException {
        List<String> texts = pick(request.texts(), items);
        ModelId id = model.runtime().id();
        try (Lookup lookup = cache.lookUp(id, model.runtime().labels(), texts, request.caller().patience())) {
            budget.trip().ended(Stage.CACHE);
            Computed computed = calls.compute(request, model, pick(texts, lookup.ours()), budget);
            if (computed.failure() != null) {
                return computed.failure();
            }
            lookup.fill(computed.predictions());
            for (int i = 0; i < items.size(); i++) {
                Prediction prediction = lookup.await(i, budget.deadline());
                if (prediction != null) {
                    answered[items.get(i)] = new Answer(id, items.get(i), prediction, lookup.isHit(i),
                            lookup.isHit(i) ? 0 : computed.nanos());
                } else if (budget.deadline().passed()) {
                    return Failure.of(ErrorCode.DEADLINE_EXCEEDED,
                            "The deadline passed while another request computed the same text.");
                }
            }
            budget.trip().ended(Stage.CACHE);
            return null;
        }
    }

    /**
     * Embeds every text, on the same way to the model as a prediction and as a by-product of one: so it stands in the same
     * line, shares the same batches, and costs the same.
     */
    private InferenceOutcome embedded(InferenceRequest request, Running model, Trip trip) throws InterruptedException {
        Budget budget = budget(request, trip, new PreparedTexts());
        Computed computed = calls.compute(request, model, request.texts().stream().distinct().toList(), budget);
        if (computed.failure() != null) {
            return computed.failure();
        }
        List<Embedding> embeddings = new ArrayList<>(request.texts().size());
        for (String text : request.texts()) {
            embeddings.add(budget.texts().embedding(model.runtime(), text));
        }
        trip.ended(Stage.MODEL);
        return new Embedded(model.runtime().id(), embeddings, trip.timings());
    }
}
