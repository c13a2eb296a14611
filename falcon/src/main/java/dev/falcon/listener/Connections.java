package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.ListenerMeters;
import dev.falcon.telemetry.ListenerMeters.CutReason;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Every open connection, each on a virtual thread of its own; never more than the limit. Safe for use by many threads.
 */
final class Connections {

    /** Looking at all of them for each newcomer would cost more than serving it, so a share goes at once. */
    private static final int EVICTED_SHARE = 64;

    /** What the kernel may keep of answers that a client does not read; it would go up to megabytes by itself. */
    private static final int UNREAD_BYTES = 128 * 1024;

    private final EventLog log = new EventLog(Connections.class);
    private final Http1 http1;
    private final Ticker ticker;
    private final int limit;
    private final Places free;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final ThreadFactory threads = Thread.ofVirtual().name("connection-", 1).factory();
    private final ListenerMeters meters;
    private volatile boolean closing;

    Connections(Http1 http1, int limit, ListenerMeters meters, Ticker ticker) {
        this.http1 = http1;
        this.limit = limit;
        this.free = new Places(limit);
        this.meters = meters;
        this.ticker = ticker;
    }

    /** Takes the place of one more connection, waiting for one to end; false if none did in time. */
    boolean takePlace(Duration wait) throws InterruptedException {
        return free.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Closes the connections that have waited longest without a whole request, a few at once, so that who comes now is
     * served: also when all places are held by clients that do nothing, a probe gets in.
     */
    void makeRoom() {
        long nowNanos = ticker.nanos();
        List<Candidate> candidates = new ArrayList<>();
        for (Connection connection : open) {
            long order = connection.socket().evictionOrder(nowNanos);
            if (order != ClientBounds.STAYS) {
                candidates.add(new Candidate(connection.socket(), order));
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::order));
        int evicted = 0;
        for (Candidate candidate : candidates.subList(0, Math.min(candidates.size(), 1 + limit / EVICTED_SHARE))) {
            if (candidate.socket().evict()) {
                meters.cut(CutReason.EVICTED);
                evicted++;
            }
        }
        if (evicted > 0) {
            log.emit(Event.CLIENT_CUT_OFF, "Connections without a request made room for newer ones (MAX_CONNECTIONS)",
                    Field.of("clients", evicted));
        }
    }

    /** Its order is read once: it changes while others are sorted. */
    private record Candidate(ClientSocket socket, long order) {}

    /** Takes a place beyond the limit if none is free, without waiting: for the connections that are the last. */
    void takePlaceBeyondLimit() {
        free.reducePermits(1);
    }

    /** Gives a place back that was taken and not used. */
    void leavePlace() {
        free.release();
    }

    /** Serves a new connection in the place that was taken for it. */
    void serve(SocketChannel channel, long number) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, UNREAD_BYTES);
        Connection connection = new Connection(new ClientSocket(channel, ticker), http1, number);
        open.add(connection);
        try {
            threads.newThread(() -> run(connection)).start();
        } catch (Error e) {
            open.remove(connection);
            throw e;
        }
    }

    /** A semaphore whose count can go below zero. */
    private static final class Places extends Semaphore {

        private static final long serialVersionUID = 1L;

        private Places(int permits) {
            super(permits);
        }

        @Override
        protected void reducePermits(int reduction) {
            super.reducePermits(reduction);
        }
    }

    private void run(Connection connection) {
        meters.opened();
        try {
            connection.run();
        } catch (RuntimeException | Error e) {
            log.emit(Event.DEFECT, "A connection ended by a defect", e);
        } finally {
            open.remove(connection);
            meters.closed();
            free.release();
        }
    }

    int count() {
        return open.size();
    }

    /** Connections with a whole request that is not answered yet: one that never became whole is lost by its sender. */
    int inFlight() {
        int count = 0;
        for (Connection connection : open) {
            count += connection.socket().phase().owesAnswer() ? 1 : 0;
        }
        return count;
    }

    /** The port is about to close: connections without a request are not kept any more. */
    void closing() {
        closing = true;
    }

    ClientBounds.Pressure pressure() {
        return closing ? ClientBounds.Pressure.CLOSING : ClientBounds.Pressure.NONE;
    }

    /**
     * Holds every connection to the bound of its phase.
     *
     * @return how many clients were cut off for being slow
     */
    int enforce(ClientBounds bounds) {
        ClientBounds.Pressure pressure = pressure();
        int slow = 0;
        for (Connection connection : open) {
            Phase exceeded = connection.socket().enforce(bounds, pressure);
            CutReason reason = exceeded == null ? null : reason(exceeded);
            if (reason != null) {
                meters.cut(reason);
                slow += reason == CutReason.IDLE ? 0 : 1;
            }
        }
        return slow;
    }

    private static @Nullable CutReason reason(Phase phase) {
        return switch (phase) {
            case SILENT -> CutReason.SILENT;
            case IDLE -> CutReason.IDLE;
            case HEADERS -> CutReason.SLOW_HEADERS;
            case BODY -> CutReason.SLOW_BODY;
            case ANSWERING -> CutReason.SLOW_READER;
            case CUT, WORKING, LINGERING, CLOSED -> null;
        };
    }

    /** Closes all that is left. */
    void abort() {
        for (Connection connection : open) {
            connection.socket().close();
        }
    }
}
