package dev.falcon.proving.overload;

import dev.falcon.proving.load.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that have asked once and then do nothing. For use by one thread. */
final class Crowd implements AutoCloseable {

    private final Endpoint endpoint;
    private final List<SocketChannel> connections = new ArrayList<>();
    private final ByteBuffer answer = ByteBuffer.allocate(4096);

    Crowd(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Opens so many more, each of which gets one answer. */
    void grow(int count) throws IOException {
        byte[] question = endpoint.get("/healthz");
        for (int i = 0; i < count; i++) {
            SocketChannel connection = SocketChannel
                    .open(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
            connections.add(connection);
            connection.write(ByteBuffer.wrap(question));
            answer.clear();
            if (connection.read(answer) <= 0) {
                throw new IOException("connection " + connections.size() + " got no answer");
            }
        }
    }

    int size() {
        return connections.size();
    }

    /** How many of them the worker has closed. */
    int closedByWorker() throws IOException {
        int closed = 0;
        for (SocketChannel connection : connections) {
            connection.configureBlocking(false);
            answer.clear();
            try {
                closed += connection.read(answer) < 0 ? 1 : 0;
            } catch (IOException e) {
                closed++;
            }
        }
        return closed;
    }

    @Override
    public void close() {
        for (SocketChannel connection : connections) {
            try {
                connection.close();
            } catch (IOException e) {
                // Given up either way.
            }
        }
        connections.clear();
    }
}
