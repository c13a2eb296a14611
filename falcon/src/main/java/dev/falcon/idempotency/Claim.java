package dev.falcon.idempotency;

import dev.falcon.inference.Answer;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Patience;
import java.util.List;

/** What became of the attempt to claim a request's key. */
public sealed interface Claim {

    /** The request has no key. */
    record NotAsked() implements Claim {}

    /** The key is ours: run the request, then complete or release the claim. */
    final class Owned implements Claim {

        final String storeKey;
        final String fingerprint;
        final byte[] claimed;
        final int texts;
        final int models;
        final Deadline deadline;
        final Patience patience;

        Owned(String storeKey, String fingerprint, byte[] claimed, InferenceRequest request) {
            this.storeKey = storeKey;
            this.fingerprint = fingerprint;
            this.claimed = claimed;
            this.texts = request.texts().size();
            this.models = request.models().size();
            this.deadline = request.caller().deadline();
            this.patience = request.caller().patience();
        }
    }

    /** The key was used for this question before: these are its answers. */
    record Replay(List<Answer> answers) implements Claim {
        public Replay {
            answers = List.copyOf(answers);
        }
    }

    /** The key was used for another question. */
    record Mismatch() implements Claim {}

    /** Another request is working on the same key and question. */
    record Busy() implements Claim {}

    /** The store cannot be asked, or holds something unreadable: serve without the promise. */
    record Unavailable() implements Claim {}
}
