package dev.falcon.resilience;

/**
 * The leave to make one call to a guarded dependency; whoever was given it says once how the call ended. For use by the
 * thread that makes the call.
 */
public final class Permit {

    private final Guard guard;
    private final long era;
    private final long startNanos;

    Permit(Guard guard, long era, long startNanos) {
        this.guard = guard;
        this.era = era;
        this.startNanos = startNanos;
    }

    /** The dependency did what was asked. A call that took longer than the operation timeout counts as failed. */
    public void succeeded() {
        guard.callSucceeded(era, startNanos);
    }

    /**
     * The dependency did not do what was asked, or not in time.
     *
     * @param reason a few words for the log, naming neither texts nor keys nor passwords
     */
    public void failed(String reason) {
        guard.callFailed(era, reason);
    }
}
