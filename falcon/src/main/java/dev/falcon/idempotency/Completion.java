package dev.falcon.idempotency;

import dev.falcon.inference.Answer;
import java.util.List;

/** What became of finished answers. */
public sealed interface Completion {

    /** They are stored under the key and will be replayed. */
    record Kept() implements Completion {}

    /** The claim had been lost, and its successor finished first: these are the answers that count. */
    record Superseded(List<Answer> answers) implements Completion {
        public Superseded {
            answers = List.copyOf(answers);
        }
    }

    /** They could not be stored; the answer goes out without the promise. */
    record NotKept() implements Completion {}
}
