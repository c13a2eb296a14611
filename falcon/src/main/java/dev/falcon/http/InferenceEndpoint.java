package dev.falcon.http;

import dev.falcon.http.InferenceBody.Question;
import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Embedded;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Received;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import dev.falcon.inference.Ticker;
import dev.falcon.listener.Exchange;
import dev.falcon.listener.Reply;
import dev.falcon.listener.RequestBody;
import dev.falcon.serving.ServedModels.Served;
import dev.falcon.telemetry.RequestMeters;
import dev.falcon.telemetry.RequestMeters.ShedReason;
import dev.falcon.telemetry.Tracing;
import dev.falcon.telemetry.Tracing.Parent;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /infer}, {@code POST /infer/batch} and {@code POST /embed}: one text or several, the default model or those
 * that are named. Safe for use by many threads.
 */
final class InferenceEndpoint {

    private final Function<Received, InferenceOutcome> journey;
    private final Supplier<@Nullable Failure> overload;
    private final Supplier<List<Served>> models;
    private final Answers answers;
    private final Problems problems;
    private final ClientAddress clientAddress;
    private final Duration requestTimeout;
    private final int maxAnswers;
    private final RequestMeters meters;
    private final Ticker ticker;
    private final @Nullable Tracing tracing;

    InferenceEndpoint(HttpFront.Parts parts, Problems problems) {
        this.journey = parts.journey();
        this.overload = parts.overload();
        this.models = parts.models();
        this.answers = new Answers(parts.worker().id());
        this.problems = problems;
        this.clientAddress = new ClientAddress(parts.http().trustedProxies());
        this.requestTimeout = parts.limits().requestTimeout();
        this.maxAnswers = parts.batch().maxTexts();
        this.meters = parts.metrics().requests();
        this.ticker = parts.ticker();
        this.tracing = parts.tracing();
    }

    /** What a body holds. */
    enum Form {
        ONE_TEXT("POST /infer"),
        MANY_TEXTS("POST /infer/batch"),
        TO_EMBED("POST /embed");

        private final String route;

        Form(String route) {
            this.route = route;
        }
    }

    /** @param room for the answer, to be given back when it is sent */
    Reply answer(Exchange exchange, Form form, String requestId, ReplyBudget.Room room) {
        Question question = null;
        Received received;
        Parent parent = TraceParent.of(exchange.header(Fields.TRACEPARENT));
        StageTimings timings = new StageTimings();
        try {
            String key = headers(exchange, form);
            question = question(exchange, form);
            checkRoom(question, room);
            received = new Received.Valid(
                    new InferenceRequest(requestId, question.texts(), question.models(), key,
                            caller(exchange, parent, timings), question.wanted()));
        } catch (Refusal refusal) {
            received = new Received.Refused(requestId, refusal.failure());
        }
        InferenceOutcome outcome = journey.apply(received);
        long startNanos = ticker.nanos();
        Answers.About about = new Answers.About(requestId, startNanos - exchange.arrivedNanos(),
                question != null && question.several());
        Reply reply = switch (outcome) {
            case Success success -> answers.reply(success, about);
            case Embedded embedded -> answers.reply(embedded, about);
            case Failure failure -> problems.reply(failure, requestId);
        };
        long endNanos = ticker.nanos();
        meters.stage(Stage.ENCODE, endNanos - startNanos);
        long totalNanos = endNanos - exchange.arrivedNanos();
        if (tracing != null) {
            tracing.ended(new Tracing.Ended(form.route, parent, requestId, reply.status()), outcome,
                    new Tracing.Times(timings, endNanos - startNanos, totalNanos));
        }
        StageTimings told = switch (outcome) {
            case Success success -> success.timings();
            case Embedded embedded -> embedded.timings();
            case Failure failure -> null;
        };
        return told == null
                ? reply
                : reply.with(Fields.SERVER_TIMING, ServerTiming.of(told, endNanos - startNanos, totalNanos));
    }

    /**
     * Headers first: a request that is refused for them need not send its body. Gives the idempotency key, if any; what has no
     * effect but its answer needs none, so that of an embedding is not looked at.
     */
    private static @Nullable String headers(Exchange exchange, Form form) throws Refusal {
        MediaType.check(exchange.header(Fields.CONTENT_TYPE), exchange.header(Fields.CONTENT_ENCODING));
        return form == Form.TO_EMBED ? null
                : IdempotencyKey.of(exchange.headers(Fields.IDEMPOTENCY_KEY),
                        exchange.headers(Fields.X_IDEMPOTENCY_KEY));
    }

    private Question question(Exchange exchange, Form form) throws Refusal {
        return switch (exchange.body()) {
            case RequestBody.Whole body -> question(body, form);
            case RequestBody.Unreadable unreadable -> throw new Refusal(unreadable.failure());
        };
    }

    /** Parsing costs a large share of what answering does, so who is refused anyway is refused before. */
    private Question question(RequestBody.Whole body, Form form) throws Refusal {
        Failure refusal = overload.get();
        if (refusal != null) {
            throw new Refusal(refusal);
        }
        return switch (form) {
            case ONE_TEXT -> InferenceBody.one(body.bytes(), maxAnswers);
            case MANY_TEXTS -> InferenceBody.many(body.bytes(), maxAnswers);
            case TO_EMBED -> InferenceBody.toEmbed(body.bytes(), maxAnswers);
        };
    }

    /** After the body is read, so that who is slow to send it keeps nobody out; before anything is computed. */
    private void checkRoom(Question question, ReplyBudget.Room room) throws Refusal {
        Failure refusal = room.hold(ReplySizes.of(question, models.get()));
        if (refusal != null) {
            if (refusal.code() == ErrorCode.OVERLOADED) {
                meters.shed(ShedReason.OVERLOADED);
            }
            throw new Refusal(refusal);
        }
    }

    private Caller caller(Exchange exchange, @Nullable Parent parent, StageTimings timings) {
        long arrivedNanos = exchange.arrivedNanos();
        return new Caller(clientAddress.of(exchange.peer(), exchange.headers(Fields.X_FORWARDED_FOR)),
                parent == null ? null : parent.traceId(), arrivedNanos,
                new Deadline(ticker, arrivedNanos + requestTimeout.toNanos()), new Patience(), exchange::clientGone,
                timings);
    }
}
