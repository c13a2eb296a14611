package dev.falcon.serving;

import dev.falcon.inference.InferenceOutcome.Failure;
import org.jspecify.annotations.Nullable;

/**
 * One request's right to be worked on. Given back once, however often it is released, and may be taken again after a
 * wait. Used by the request's own thread only.
 */
final class Permit implements AutoCloseable {

    private final AdmissionControl from;
    private boolean held = true;

    Permit(AdmissionControl from) {
        this.from = from;
    }

    /** Gives the place back; while a request only waits for another, it takes none. */
    void release() {
        if (held) {
            held = false;
            from.leave();
        }
    }

    /** Takes a place again if there is one: null, or else the refusal. */
    @Nullable
    Failure reacquire() {
        if (!held && !from.enter()) {
            return from.overloaded();
        }
        held = true;
        return null;
    }

    @Override
    public void close() {
        release();
    }
}
