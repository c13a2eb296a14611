package dev.falcon.inference;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one request is willing to lose to a slow store: a single wait. Once a wait was lost, the request asks that store
 * no more and goes on without it. Safe for use by several threads.
 */
public final class Patience {

    private final AtomicBoolean lost = new AtomicBoolean();

    /** Whether this request has lost a wait already. */
    public boolean isLost() {
        return lost.get();
    }

    /** Called by whoever timed out waiting on behalf of this request. */
    public void lose() {
        lost.set(true);
    }
}
