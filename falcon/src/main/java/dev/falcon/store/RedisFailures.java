package dev.falcon.store;

import dev.falcon.store.StoreUnavailable.Reason;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.List;

/** What an error of Redis or of its client means. Stateless. */
final class RedisFailures {

    private static final int MAX_CHARS = 200;

    /**
     * Errors of a server that answers but does not serve: a restart (LOADING), a failover (READONLY, MASTERDOWN,
     * CLUSTERDOWN), a changed password (NOAUTH, WRONGPASS, NOPERM), a full disk (MISCONF), a running script (BUSY).
     */
    private static final List<String> NOT_SERVING = List.of("LOADING ", "READONLY ", "MASTERDOWN ", "CLUSTERDOWN ",
            "NOAUTH ", "WRONGPASS ", "NOPERM ", "MISCONF ", "BUSY ", "NOREPLICAS ", "MOVED ");

    /** What the client calls a connection that was closed at the other end before its first command. */
    private static final String CLOSED_AT_ONCE = "RedisHandshakeHandler not registered";

    private RedisFailures() {}

    /**
     * The failure of one command. Errors within a script hold the command's own error in their middle.
     *
     * @param connected whether the connection outlived the command: a lost one says nothing yet about the server
     */
    static StoreUnavailable of(Throwable failure, boolean connected) {
        String message = summary(failure);
        if (!(failure instanceof RedisCommandExecutionException)) {
            return new StoreUnavailable(connected ? Reason.REFUSED : Reason.RECONNECTING, message);
        }
        if (message.contains("OOM command not allowed")) {
            return new StoreUnavailable(Reason.FULL, message);
        }
        boolean notServing = NOT_SERVING.stream().anyMatch(message::contains);
        return new StoreUnavailable(notServing ? Reason.REFUSED : Reason.ODD_REPLY, message);
    }

    /** The innermost message, on one line: what the client wraps around it says only that it failed. */
    static String summary(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        if (CLOSED_AT_ONCE.equals(message)) {
            return "the connection was closed as soon as it was made";
        }
        String line = (message == null ? innermost.getClass().getSimpleName() : message).replaceAll("\\s+", " ");
        return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "…";
    }
}
