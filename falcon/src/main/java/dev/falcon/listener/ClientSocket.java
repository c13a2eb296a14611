package dev.falcon.listener;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client's bytes, and the phase its connection is in. One thread, the connection's own, reads and writes; the watchdog
 * looks at the phase and may shut the input or close. Invariant: since when a phase lasts is written before the phase on
 * entering it, so the watchdog never sees a phase as older than it is and still finds it unchanged when it acts.
 */
final class ClientSocket {

    /** Enough for a usual request; thousands of connections that ask nothing hold one each. */
    private static final int FIRST_READ_BYTES = 1024;
    /** Of a connection that has sent more at once. */
    private static final int READ_BYTES = 8 * 1024;
    private static final int SLICE_BYTES = 64 * 1024;

    private final SocketChannel channel;
    private final Ticker ticker;
    private final SocketAddress remote;
    private ByteBuffer in = ByteBuffer.allocate(FIRST_READ_BYTES);

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SILENT);
    private volatile long sinceNanos;
    private volatile boolean cut;

    private byte @Nullable [] ahead;
    private boolean ended;
    private long requestBytes;

    ClientSocket(SocketChannel channel, Ticker ticker) throws IOException {
        this.channel = channel;
        this.ticker = ticker;
        this.remote = channel.getRemoteAddress();
        this.sinceNanos = ticker.nanos();
    }

    SocketAddress remote() {
        return remote;
    }

    Phase phase() {
        return phase.get();
    }

    /** Whether the watchdog shut the input because the request took too long to arrive. */
    boolean wasCut() {
        return cut;
    }

    /** Bytes that came since the last request was answered. */
    long requestBytes() {
        return requestBytes;
    }

    /** Waits for the next bytes; null once there will be none. */
    byte @Nullable [] receive() throws IOException {
        byte[] bytes = ahead != null ? ahead : ended ? null : read();
        ahead = null;
        if (bytes != null) {
            requestBytes += bytes.length;
            noteArrival();
        }
        return bytes;
    }

    private byte @Nullable [] read() throws IOException {
        in.clear();
        int count = channel.read(in);
        if (count < 0) {
            ended = true;
            return null;
        }
        byte[] bytes = new byte[count];
        in.flip().get(bytes);
        if (count == FIRST_READ_BYTES) {
            in = ByteBuffer.allocate(READ_BYTES);
        }
        return bytes;
    }

    private void noteArrival() throws IOException {
        switch (phase.get()) {
            case SILENT -> enter(Phase.SILENT, Phase.HEADERS);
            case IDLE -> {
                sinceNanos = ticker.nanos();
                enter(Phase.IDLE, Phase.HEADERS);
            }
            case HEADERS, BODY, CUT, WORKING, ANSWERING, LINGERING, CLOSED -> {
            }
        }
    }

    private void enter(Phase from, Phase to) throws IOException {
        if (!phase.compareAndSet(from, to)) {
            throw new ClosedChannelException();
        }
    }

    /** The headers are whole and a body is to come; the client's clock goes on. */
    void awaitBody() {
        phase.compareAndSet(Phase.HEADERS, Phase.BODY);
    }

    /** The request is whole: its client's clock stops. */
    void requestWhole() {
        phase.set(Phase.WORKING);
    }

    /**
     * The request is answered and the connection goes on.
     *
     * @param moreIsHere whether bytes of the next request have been read already
     */
    void awaitNext(boolean moreIsHere) {
        requestBytes = 0;
        sinceNanos = ticker.nanos();
        phase.set(moreIsHere ? Phase.HEADERS : Phase.IDLE);
    }

    /**
     * Writes all of it, or fails once the client has not taken it in time. It goes out in slices: each is copied on its way,
     * and the whole may be large.
     */
    void send(ByteBuffer bytes) throws IOException {
        Phase before = phase.get();
        long beforeNanos = sinceNanos;
        sinceNanos = ticker.nanos();
        phase.set(Phase.ANSWERING);
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + SLICE_BYTES));
            channel.write(bytes);
        }
        phase.set(before);
        sinceNanos = beforeNanos;
    }

    /**
     * Whether the client has closed its end, found out without waiting. Bytes that are found instead are kept for the
     * next {@link #receive()}. Only for the connection's own thread.
     */
    boolean clientGone() {
        if (ended || ahead != null) {
            return ended;
        }
        try {
            channel.configureBlocking(false);
            try {
                ahead = read();
            } finally {
                channel.configureBlocking(true);
            }
            if (ahead != null && ahead.length == 0) {
                ahead = null;
            }
            return ended;
        } catch (IOException e) {
            return true;
        }
    }

    /** Says that nothing more will be written, and throws away what the client still sends until it has seen that. */
    void linger() {
        try {
            sinceNanos = ticker.nanos();
            phase.set(Phase.LINGERING);
            channel.shutdownOutput();
            do {
                in.clear();
            } while (channel.read(in) >= 0);
        } catch (IOException e) {
            // Closed by the client or, after its time, by the watchdog: either way it is over.
        }
    }

    void close() {
        phase.set(Phase.CLOSED);
        closeChannel();
    }

    /**
     * Carries out the bound of the phase, if it is reached; called by the watchdog.
     *
     * @return the phase that lasted too long, or null
     */
    @Nullable
    Phase enforce(ClientBounds bounds, ClientBounds.Pressure pressure) {
        Phase seen = phase.get();
        ClientBounds.Verdict verdict = bounds.verdict(seen, ticker.nanos() - sinceNanos, pressure);
        Phase next = switch (verdict) {
            case LEAVE -> seen;
            case CUT -> Phase.CUT;
            case CLOSE -> Phase.CLOSED;
        };
        if (next == seen || !phase.compareAndSet(seen, next)) {
            return null;
        }
        if (next == Phase.CUT) {
            shutInput();
        } else {
            abort(seen);
        }
        return seen;
    }

    /** How soon it makes room for another, see {@link ClientBounds#evictionOrder}. */
    long evictionOrder(long nowNanos) {
        Phase seen = phase.get();
        return ClientBounds.evictionOrder(seen, nowNanos - sinceNanos);
    }

    /** Closes it to make room for another, unless a whole request has come meanwhile. */
    boolean evict() {
        Phase seen = phase.get();
        if (ClientBounds.evictionOrder(seen, ticker.nanos() - sinceNanos) == ClientBounds.STAYS
                || !phase.compareAndSet(seen, Phase.CLOSED)) {
            return false;
        }
        closeChannel();
        return true;
    }

    private void shutInput() {
        cut = true;
        sinceNanos = ticker.nanos();
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            closeChannel();
        }
    }

    /** Closes at once; an answer that nobody takes is not kept for later either. */
    void abort(Phase seen) {
        if (seen == Phase.ANSWERING) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                // Closed already.
            }
        }
        closeChannel();
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is owed to a connection that cannot even be closed.
        }
    }
}
