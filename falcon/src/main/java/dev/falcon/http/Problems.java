package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.json.Json;
import dev.falcon.listener.Reply;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Renders refusals and errors as problem details (RFC 9457). Immutable. */
final class Problems {

    private static final Reply.ContentType PROBLEM = Reply.ContentType.of("application/problem+json");

    /** The members of the body, in their order. */
    private record Problem(String type, String title, int status, String detail, String errorType, String requestId,
            String workerId) {}

    private final String workerId;

    Problems(String workerId) {
        this.workerId = workerId;
    }

    Reply reply(Failure failure, String requestId) {
        ErrorCode code = failure.code();
        int status = HttpStatus.of(code);
        byte[] body = Json.bytes(new Problem("urn:falcon:error:" + code.wireName(), code.title(), status,
                failure.detail(), code.wireName(), requestId, workerId));
        Reply reply = new Reply(status, PROBLEM, body).with(Fields.X_REQUEST_ID, requestId);
        Duration wait = wait(failure);
        return wait == null ? reply : reply.with(Fields.RETRY_AFTER, Long.toString(variedSeconds(wait)));
    }

    private static @Nullable Duration wait(Failure failure) {
        if (!isWorthAnotherTry(failure.code())) {
            return null;
        }
        return failure.retryAfter() == null ? Duration.ofSeconds(1) : failure.retryAfter();
    }

    /** Whether the same request may well be answered a little later, so that it is told when. */
    static boolean isWorthAnotherTry(ErrorCode code) {
        return switch (code) {
            case IDEMPOTENCY_IN_PROGRESS, RATE_LIMITED, OVERLOADED, NOT_READY -> true;
            case MALFORMED_REQUEST, INVALID_IDEMPOTENCY_KEY, INVALID_TEXT, IDEMPOTENCY_MISMATCH, NOT_FOUND,
                    UNKNOWN_MODEL, METHOD_NOT_ALLOWED, CLIENT_TOO_SLOW, BODY_TOO_LARGE, WRONG_MEDIA_TYPE,
                    HEADERS_TOO_LARGE, DEADLINE_EXCEEDED, MODEL_FAILED, INTERNAL ->
                    false;
        };
    }

    /** Whole seconds, at least the wait and up to twice it or two more, so that callers do not come back as one. */
    private static long variedSeconds(Duration wait) {
        long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
        return seconds + ThreadLocalRandom.current().nextLong(Math.max(2, seconds) + 1);
    }
}
