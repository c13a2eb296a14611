package dev.falcon.inference;

import java.util.Locale;

/**
 * Every way a request can end without an answer. The catalog behind {@code error_type}, the errors counter and the
 * reference page; each front maps it to its protocol in a switch without a default.
 */
public enum ErrorCode {
    MALFORMED_REQUEST(Kind.REFUSED, "Malformed request",
            "The body is not the JSON object that was expected; the detail names the place."),
    INVALID_IDEMPOTENCY_KEY(Kind.REFUSED, "Invalid idempotency key",
            "The key is empty, longer than 255 characters, holds other than visible ASCII, or was given twice."),
    INVALID_TEXT(Kind.REFUSED, "Invalid text",
            "A text is blank, longer than 10,000 characters, or ended a worker's process before."),
    IDEMPOTENCY_MISMATCH(Kind.REFUSED, "Idempotency key reused",
            "The idempotency key was used before with another model or text."),
    NOT_FOUND(Kind.REFUSED, "Not found", "There is nothing at this path."),
    UNKNOWN_MODEL(Kind.REFUSED, "Unknown model",
            "No model of this name and version is served here, or none that has embeddings where these are asked for; `GET /models` lists those that are."),
    METHOD_NOT_ALLOWED(Kind.REFUSED, "Method not allowed", "The path exists, but not with this method."),
    CLIENT_TOO_SLOW(Kind.REFUSED, "Client too slow",
            "The request did not arrive whole within CLIENT_READ_TIMEOUT_SECONDS, or its sender left while it waited."),
    BODY_TOO_LARGE(Kind.REFUSED, "Body too large", "The body is longer than MAX_BODY_BYTES."),
    WRONG_MEDIA_TYPE(Kind.REFUSED, "Wrong media type", "The body must be application/json in UTF-8, not compressed."),
    HEADERS_TOO_LARGE(Kind.REFUSED, "Headers too large", "The request's headers pass the server's limit."),
    IDEMPOTENCY_IN_PROGRESS(Kind.REFUSED, "Request in progress",
            "Another request with this idempotency key is still running."),
    RATE_LIMITED(Kind.REFUSED, "Rate limited", "This caller sent more than RATE_LIMIT_PER_MINUTE requests."),
    OVERLOADED(Kind.REFUSED, "Overloaded",
            "As many requests as may be are in flight: MAX_IN_FLIGHT, or fewer while an overload lasts."),
    NOT_READY(Kind.REFUSED, "Not ready", "No model is loaded and warm."),
    DEADLINE_EXCEEDED(Kind.ERROR, "Deadline exceeded",
            "The answer was not there in time; work for it has stopped."),
    MODEL_FAILED(Kind.ERROR, "Model failed", "The model could not answer this text."),
    INTERNAL(Kind.ERROR, "Internal error",
            "A defect of Falcon's; the log holds the stack trace under this request id.");

    /** How an ending is counted: a refusal is the caller's affair or a protection, an error is a broken promise. */
    public enum Kind {
        REFUSED,
        ERROR
    }

    private final Kind kind;
    private final String title;
    private final String meaning;

    ErrorCode(Kind kind, String title, String meaning) {
        this.kind = kind;
        this.title = title;
        this.meaning = meaning;
    }

    /** The name on the wire and in labels: {@code malformed_request}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Kind kind() {
        return kind;
    }

    /** A few words for people, the same for each occurrence. */
    public String title() {
        return title;
    }

    /** One sentence for the reference page. */
    public String meaning() {
        return meaning;
    }
}
