package dev.falcon.listener;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;

/**
 * One client's connection as Helidon sees it: where its bytes come from and go to. Lives on one virtual thread, which
 * {@link #run} occupies until the connection ends.
 */
final class Connection implements ConnectionContext, DataWriter {

    private final ClientSocket socket;
    private final Http1 http1;
    private final String id;
    private final DataReader reader;
    private final PeerInfo remote;

    Connection(ClientSocket socket, Http1 http1, long number) {
        this.socket = socket;
        this.http1 = http1;
        this.id = Long.toString(number);
        this.reader = DataReader.create(this::nextBytes);
        this.remote = new Peer(socket.remote());
    }

    ClientSocket socket() {
        return socket;
    }

    /** Serves requests until the connection ends, whoever ends it. */
    void run() {
        try {
            http1.serve(this);
        } catch (CloseConnectionException e) {
            // How a connection ordinarily ends.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (socket.phase().inFlight()) {
                socket.linger();
            }
            socket.close();
        }
    }

    private byte[] nextBytes() {
        try {
            byte[] bytes = socket.receive();
            if (bytes != null && socket.requestBytes() <= http1.maxRequestBytes()) {
                return bytes;
            }
            throw bytes == null ? endOfInput() : refused(Status.REQUEST_ENTITY_TOO_LARGE_413);
        } catch (IOException e) {
            throw new CloseConnectionException("The connection failed", e);
        }
    }

    /** An end between requests is the client's right; within one, the client may still be reading. */
    private RuntimeException endOfInput() {
        return switch (socket.phase()) {
            case SILENT, IDLE, CLOSED -> new CloseConnectionException("The client closed the connection");
            case HEADERS, BODY, CUT, WORKING, ANSWERING, LINGERING ->
                    refused(socket.wasCut() ? Status.REQUEST_TIMEOUT_408 : Status.BAD_REQUEST_400);
        };
    }

    private static RequestException refused(Status status) {
        return RequestException.builder()
                .type(DirectHandler.EventType.OTHER)
                .status(status)
                .setKeepAlive(false)
                .build();
    }

    long nanos() {
        return http1.ticker().nanos();
    }

    int maxBodyBytes() {
        return http1.maxBodyBytes();
    }

    boolean draining() {
        return http1.draining();
    }

    boolean clientGone() {
        return socket.clientGone();
    }

    void awaitBody() {
        socket.awaitBody();
    }

    long requestWhole() {
        socket.requestWhole();
        return nanos();
    }

    void awaitNext() {
        boolean moreIsHere = reader.available() > 0;
        socket.awaitNext(moreIsHere);
        if (moreIsHere) {
            // Who sends request upon request without waiting goes behind everybody else. Thread.yield would not do: it
            // keeps to the carrier's own queue, and while that has work the one of newly ready threads is not looked at.
            LockSupport.parkNanos(1);
        }
    }

    /** Sends all of it, or says that the connection is over. */
    void send(ByteBuffer bytes) {
        try {
            socket.send(bytes);
        } catch (IOException e) {
            throw new CloseConnectionException("The client did not take the answer", e);
        }
    }

    @Override
    public void writeNow(BufferData buffer) {
        byte[] bytes = new byte[buffer.available()];
        buffer.read(bytes);
        send(ByteBuffer.wrap(bytes));
    }

    @Override
    public void writeNow(BufferData... buffers) {
        writeNow(BufferData.create(buffers));
    }

    @Override
    public void write(BufferData buffer) {
        writeNow(buffer);
    }

    @Override
    public void write(BufferData... buffers) {
        writeNow(buffers);
    }

    @Override
    public void close() {
        // Nothing is held back, so there is nothing to flush; the socket is closed at the end of run().
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return this;
    }

    @Override
    public ListenerContext listenerContext() {
        return http1;
    }

    @Override
    public ExecutorService executor() {
        return http1.executor();
    }

    @Override
    public Router router() {
        return http1.router();
    }

    @Override
    public PeerInfo remotePeer() {
        return remote;
    }

    @Override
    public PeerInfo localPeer() {
        return remote;
    }

    @Override
    public boolean isSecure() {
        return false;
    }

    @Override
    public String socketId() {
        return "listener";
    }

    @Override
    public String childSocketId() {
        return id;
    }
}
