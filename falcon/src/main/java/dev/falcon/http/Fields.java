package dev.falcon.http;

import dev.falcon.listener.HeaderField;

/** The header fields that are read or written here. */
final class Fields {

    static final HeaderField ACCEPT = HeaderField.named("Accept");
    static final HeaderField ALLOW = HeaderField.named("Allow");
    static final HeaderField CONTENT_ENCODING = HeaderField.named("Content-Encoding");
    static final HeaderField CONTENT_TYPE = HeaderField.named("Content-Type");
    static final HeaderField IDEMPOTENCY_KEY = HeaderField.named("Idempotency-Key");
    static final HeaderField IDEMPOTENCY_STATUS = HeaderField.named("Idempotency-Status");
    static final HeaderField IDEMPOTENT_REPLAYED = HeaderField.named("Idempotent-Replayed");
    static final HeaderField RETRY_AFTER = HeaderField.named("Retry-After");
    static final HeaderField SERVER_TIMING = HeaderField.named("Server-Timing");
    static final HeaderField TRACEPARENT = HeaderField.named("traceparent");
    static final HeaderField X_FORWARDED_FOR = HeaderField.named("X-Forwarded-For");
    static final HeaderField X_IDEMPOTENCY_KEY = HeaderField.named("X-Idempotency-Key");
    static final HeaderField X_REQUEST_ID = HeaderField.named("X-Request-ID");

    private Fields() {}
}
