package dev.falcon.inference;

/** What became of the idempotency key of a request. */
public enum IdempotencyStatus {
    /** No key was given. */
    NONE,
    /** The key was claimed and the answer stored under it. */
    STORED,
    /** The answer is the one stored under the key earlier. */
    REPLAYED,
    /** The store could not be asked; the request was served without the promise. */
    UNAVAILABLE
}
