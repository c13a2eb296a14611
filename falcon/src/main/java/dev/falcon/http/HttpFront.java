package dev.falcon.http;

import dev.falcon.config.Settings;
import dev.falcon.http.InferenceEndpoint.Form;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.Received;
import dev.falcon.inference.Ticker;
import dev.falcon.listener.Exchange;
import dev.falcon.listener.Front;
import dev.falcon.listener.Rejection;
import dev.falcon.listener.Reply;
import dev.falcon.serving.ReadinessReport;
import dev.falcon.serving.ServedModels;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.Metrics;
import dev.falcon.telemetry.Tracing;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's paths, and what is answered on any other. Safe for use by many threads. Invariant: each request gets one
 * answer, and each that was, or may have been, meant for the journey passes its counting line once.
 */
public final class HttpFront {

    static final String INFER = "/infer";
    static final String INFER_BATCH = "/infer/batch";
    static final String EMBED = "/embed";
    static final String HEALTH = "/healthz";
    static final String READY = "/readyz";
    static final String METRICS = "/metrics";
    static final String MODELS = "/models";
    /** The methods of a status page. */
    static final String READ = "GET, HEAD";

    private static final Set<String> STATUS_PATHS = Set.of(HEALTH, READY, METRICS, MODELS);

    /**
     * What the front needs.
     *
     * @param journey answers a request and counts how it ended; may block, does not throw
     * @param overload the refusal that any request would get now, or null; asked before a body is parsed
     * @param readiness tells whether requests should be sent here
     * @param models those that are served, the default one first
     * @param tracing where spans of requests go; null where nobody collects them
     */
    public record Parts(Settings.Worker worker, Settings.Http http, Settings.Limits limits, Settings.Batch batch,
            Function<Received, InferenceOutcome> journey, Supplier<@Nullable Failure> overload,
            Supplier<ReadinessReport> readiness, Supplier<List<ServedModels.Served>> models, Metrics metrics,
            Ticker ticker, InstantSource clock, @Nullable Tracing tracing) {}

    private final EventLog log = new EventLog(HttpFront.class);
    private final Function<Received, InferenceOutcome> journey;
    private final Problems problems;
    private final InferenceEndpoint inference;
    private final StatusPages pages;
    private final ReplyBudget replies;

    public HttpFront(Parts parts) {
        this(parts, ReplyBudget.of(Runtime.getRuntime().maxMemory()));
    }

    HttpFront(Parts parts, ReplyBudget replies) {
        this.journey = parts.journey();
        this.problems = new Problems(parts.worker().id());
        this.inference = new InferenceEndpoint(parts, problems);
        this.pages = new StatusPages(parts);
        this.replies = replies;
    }

    /** The front as the listener takes it. */
    public Front front() {
        return new Front(this::handle, this::reject);
    }

    private void handle(Exchange exchange) {
        String requestId = RequestId.of(exchange.headers(Fields.X_REQUEST_ID));
        try (ReplyBudget.Room room = replies.room()) {
            answer(exchange, requestId, room);
        }
    }

    private void answer(Exchange exchange, String requestId, ReplyBudget.Room room) {
        Reply reply;
        try {
            reply = route(exchange, requestId, room);
        } catch (RuntimeException | Error e) {
            log.emit(Event.DEFECT, "A request could not be answered", e, Field.of("request_id", requestId),
                    Field.of("error_type", ErrorCode.INTERNAL.wireName()), Field.of("http_status", 500));
            reply = counted(exchange.path(), requestId,
                    Failure.of(ErrorCode.INTERNAL, "An internal error; the log has it under this request id."));
        }
        exchange.answer(reply);
    }

    private Reply route(Exchange exchange, String requestId, ReplyBudget.Room room) {
        String path = exchange.path();
        if (path.equals(INFER)) {
            return infer(exchange, Form.ONE_TEXT, requestId, room);
        }
        if (path.equals(INFER_BATCH)) {
            return infer(exchange, Form.MANY_TEXTS, requestId, room);
        }
        if (path.equals(EMBED)) {
            return infer(exchange, Form.TO_EMBED, requestId, room);
        }
        if (!STATUS_PATHS.contains(path)) {
            return counted(path, requestId, Failure.of(ErrorCode.NOT_FOUND, "There is nothing at this path."));
        }
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            return notAllowed(exchange, requestId, READ);
        }
        Reply page = switch (path) {
            case HEALTH -> pages.health();
            case READY -> pages.readiness();
            case MODELS -> pages.models();
            default -> pages.metrics(exchange.header(Fields.ACCEPT));
        };
        return page.with(Fields.X_REQUEST_ID, requestId);
    }

    private Reply infer(Exchange exchange, Form form, String requestId, ReplyBudget.Room room) {
        return exchange.method().equals("POST")
                ? inference.answer(exchange, form, requestId, room)
                : notAllowed(exchange, requestId, "POST");
    }

    private Reply notAllowed(Exchange exchange, String requestId, String allowed) {
        return counted(exchange.path(), requestId,
                Failure.of(ErrorCode.METHOD_NOT_ALLOWED, "This path takes " + allowed + ".")).with(Fields.ALLOW,
                        allowed);
    }

    private Reply reject(Rejection rejection) {
        return counted(rejection.path(), RequestId.of(rejection.headers().apply(Fields.X_REQUEST_ID)),
                rejection.failure());
    }

    /** Renders a failure, counted unless it surely was not meant for the journey. */
    private Reply counted(String path, String requestId, Failure failure) {
        InferenceOutcome outcome = STATUS_PATHS.contains(path)
                ? failure
                : journey.apply(new Received.Refused(requestId, failure));
        return problems.reply(outcome instanceof Failure counted ? counted : failure, requestId);
    }
}
