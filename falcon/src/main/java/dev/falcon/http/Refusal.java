package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;

/** A request is not valid. Thrown and caught within this room only; carries no stack trace. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    Refusal(Failure failure) {
        super(failure.detail(), null, false, false);
        this.failure = failure;
    }

    Refusal(ErrorCode code, String detail) {
        this(Failure.of(code, detail));
    }

    Failure failure() {
        return failure;
    }
}
