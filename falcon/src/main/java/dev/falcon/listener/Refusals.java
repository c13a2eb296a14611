package dev.falcon.listener;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import io.helidon.http.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What Helidon's refusals are in our words. Its own messages may quote what the client sent, so none is passed on.
 */
final class Refusals {

    /** The only trace that Helidon leaves of headers beyond their limit. */
    private static final String HEADERS_TOO_LARGE = "Header size exceeded";

    private Refusals() {}

    static Failure of(Status status, @Nullable String message, int maxBodyBytes) {
        return switch (status.code()) {
            case 408 -> Failure.of(ErrorCode.CLIENT_TOO_SLOW,
                    "The request did not arrive whole within CLIENT_READ_TIMEOUT_SECONDS.");
            case 413 -> bodyTooLarge(maxBodyBytes);
            case 414 -> Failure.of(ErrorCode.HEADERS_TOO_LARGE,
                    "The request line is longer than " + Http1.MAX_REQUEST_LINE_BYTES + " bytes.");
            case 501 ->
                    Failure.of(ErrorCode.MALFORMED_REQUEST,
                            "The only transfer encoding that is understood is chunked.");
            case 505 -> Failure.of(ErrorCode.MALFORMED_REQUEST, "HTTP/1.0 is not spoken here; use HTTP/1.1.");
            default -> HEADERS_TOO_LARGE.equals(message)
                    ? Failure.of(ErrorCode.HEADERS_TOO_LARGE,
                            "The headers are longer than " + Http1.MAX_HEADER_BYTES + " bytes.")
                    : Failure.of(ErrorCode.MALFORMED_REQUEST,
                            "The request line, a header or the framing of the body is not valid HTTP/1.1.");
        };
    }

    static Failure noRoom() {
        return new Failure(ErrorCode.OVERLOADED, "Too many bodies are arriving at once.", Duration.ofSeconds(1));
    }

    static Failure bodyTooLarge(int maxBodyBytes) {
        return Failure.of(ErrorCode.BODY_TOO_LARGE, "The body is longer than " + maxBodyBytes + " bytes.");
    }
}
