package dev.falcon.http;

import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.listener.Reply;

/** Reads bodies and renders answers as the front does. Safe for use by many threads. */
public final class JsonBench {

    private final Answers answers = new Answers("worker-1");

    /** The text in a body that is well formed. */
    public String text(byte[] body) {
        try {
            return InferenceBody.one(body, 64).texts().getFirst();
        } catch (Refusal refusal) {
            throw new IllegalArgumentException("a body that is refused", refusal);
        }
    }

    /** The answer on its way out. */
    public Reply reply(Success success, String requestId) {
        return answers.reply(success, new Answers.About(requestId, 123_456, false));
    }
}
