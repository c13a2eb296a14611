package dev.falcon.store;

/** The store did not do what was asked, or nobody knows whether it did. Names neither keys nor values. */
public final class StoreUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** It was not asked: the breaker is not closed, or this request has lost a wait before. */
        NOT_ASKED(false),
        /** The connection was lost a moment ago, and nobody has failed yet to make another. */
        RECONNECTING(false),
        /** There is no connection, and the last try to make one failed. */
        NOT_CONNECTED(true),
        /** No answer within the operation timeout. */
        TIMEOUT(true),
        /** The server answers but does not serve: loading, read-only, not authenticated, too many commands waiting. */
        REFUSED(true),
        /** The server has no memory left for writes; reads go on. */
        FULL(false),
        /** The server found something else than bytes under the key, or did not understand. */
        ODD_REPLY(false),
        /** The calling thread was interrupted. */
        INTERRUPTED(false);

        private final boolean outage;

        Reason(boolean outage) {
            this.outage = outage;
        }

        /** Whether this counts against the server. */
        public boolean isOutage() {
            return outage;
        }
    }

    private final Reason reason;

    StoreUnavailable(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
