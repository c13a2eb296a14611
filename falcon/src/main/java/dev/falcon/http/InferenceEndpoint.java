package dev.falcon.http;

import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Received;
import dev.falcon.inference.Stage;
import dev.falcon.inference.Ticker;
import dev.falcon.listener.Exchange;
import dev.falcon.listener.Reply;
import dev.falcon.listener.RequestBody;
import dev.falcon.telemetry.RequestMeters;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code POST /infer}: one text, the default model. Safe for use by many threads. */
final class InferenceEndpoint {

    private static final List<ModelReference> DEFAULT_MODEL = List.of(ModelReference.DEFAULT);

    private final Function<Received, InferenceOutcome> journey;
    private final Supplier<@Nullable Failure> overload;
    private final Answers answers;
    private final Problems problems;
    private final ClientAddress clientAddress;
    private final Duration requestTimeout;
    private final RequestMeters meters;
    private final Ticker ticker;

    InferenceEndpoint(HttpFront.Parts parts, Problems problems) {
        this.journey = parts.journey();
        this.overload = parts.overload();
        this.answers = new Answers(parts.worker().id());
        this.problems = problems;
        this.clientAddress = new ClientAddress(parts.http().trustedProxies());
        this.requestTimeout = parts.limits().requestTimeout();
        this.meters = parts.metrics().requests();
        this.ticker = parts.ticker();
    }

    Reply answer(Exchange exchange, String requestId) {
        InferenceOutcome outcome = journey.apply(received(exchange, requestId));
        long startNanos = ticker.nanos();
        Reply reply = switch (outcome) {
            case InferenceOutcome.Success success ->
                    answers.reply(success, requestId, startNanos - exchange.arrivedNanos());
            case Failure failure -> problems.reply(failure, requestId);
        };
        meters.stage(Stage.ENCODE, ticker.nanos() - startNanos);
        return reply;
    }

    private Received received(Exchange exchange, String requestId) {
        try {
            return new Received.Valid(request(exchange, requestId));
        } catch (Refusal refusal) {
            return new Received.Refused(requestId, refusal.failure());
        }
    }

    /** Headers first: a request that is refused for them need not send its body. */
    private InferenceRequest request(Exchange exchange, String requestId) throws Refusal {
        MediaType.check(exchange.header(Fields.CONTENT_TYPE), exchange.header(Fields.CONTENT_ENCODING));
        String key = IdempotencyKey.of(exchange.headers(Fields.IDEMPOTENCY_KEY),
                exchange.headers(Fields.X_IDEMPOTENCY_KEY));
        String text = switch (exchange.body()) {
            case RequestBody.Whole body -> text(body);
            case RequestBody.Unreadable unreadable -> throw new Refusal(unreadable.failure());
        };
        return new InferenceRequest(requestId, List.of(text), DEFAULT_MODEL, key, caller(exchange));
    }

    /** Parsing costs a large share of what answering does, so who is refused anyway is refused before. */
    private String text(RequestBody.Whole body) throws Refusal {
        Failure refusal = overload.get();
        if (refusal != null) {
            throw new Refusal(refusal);
        }
        return InferenceBody.text(body.bytes());
    }

    private Caller caller(Exchange exchange) {
        long arrivedNanos = exchange.arrivedNanos();
        return new Caller(clientAddress.of(exchange.peer(), exchange.headers(Fields.X_FORWARDED_FOR)),
                TraceParent.traceId(exchange.header(Fields.TRACEPARENT)), arrivedNanos,
                new Deadline(ticker, arrivedNanos + requestTimeout.toNanos()), new Patience(), exchange::clientGone);
    }
}
