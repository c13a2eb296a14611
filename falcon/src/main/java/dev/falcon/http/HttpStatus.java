package dev.falcon.http;

import dev.falcon.inference.ErrorCode;

/** What each way to end is in HTTP. Stateless. */
final class HttpStatus {

    static final int OK = 200;
    static final int SERVICE_UNAVAILABLE = 503;

    private HttpStatus() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case MALFORMED_REQUEST, INVALID_IDEMPOTENCY_KEY -> 400;
            case INVALID_TEXT, IDEMPOTENCY_MISMATCH -> 422;
            case NOT_FOUND, UNKNOWN_MODEL -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case CLIENT_TOO_SLOW -> 408;
            case IDEMPOTENCY_IN_PROGRESS -> 409;
            case BODY_TOO_LARGE -> 413;
            case WRONG_MEDIA_TYPE -> 415;
            case RATE_LIMITED -> 429;
            case HEADERS_TOO_LARGE -> 431;
            case MODEL_FAILED, INTERNAL -> 500;
            case OVERLOADED, NOT_READY -> SERVICE_UNAVAILABLE;
            case DEADLINE_EXCEEDED -> 504;
        };
    }
}
