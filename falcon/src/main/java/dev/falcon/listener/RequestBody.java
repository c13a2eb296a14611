package dev.falcon.listener;

import dev.falcon.inference.InferenceOutcome.Failure;

/** What became of reading a request's body. */
public sealed interface RequestBody {

    /** All of it, within the limit. */
    final class Whole implements RequestBody {

        private final byte[] bytes;

        Whole(byte[] bytes) {
            this.bytes = bytes;
        }

        /** Not copied: they belong to the one who asks. */
        public byte[] bytes() {
            return bytes;
        }
    }

    /** Too long, too slow, or broken off: the refusal to answer with. */
    record Unreadable(Failure failure) implements RequestBody {}
}
