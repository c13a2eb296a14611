package dev.falcon.inference;

/** What a front made of a request's bytes: a valid question, or the reason why it is none. */
public sealed interface Received {

    /** The id under which this request is answered and logged. */
    String requestId();

    /** A question that can be asked. */
    record Valid(InferenceRequest request) implements Received {
        @Override
        public String requestId() {
            return request.requestId();
        }
    }

    /** A request that was refused before it became a question. */
    record Refused(String requestId, InferenceOutcome.Failure failure) implements Received {}
}
