package dev.falcon.proving.overload;

import dev.falcon.proving.load.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Answers every request with the same bytes, on a thread that does nothing else: what an answer of it waits for is the
 * machine and the load generator, never a worker. One connection at a time.
 */
final class Reference implements AutoCloseable {

    private static final byte[] ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            .getBytes(StandardCharsets.ISO_8859_1);

    private final ServerSocket port;

    Reference() throws IOException {
        port = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("reference").start(this::serve);
    }

    Endpoint endpoint() {
        return new Endpoint(port.getLocalPort());
    }

    private void serve() {
        byte[] question = new byte[4096];
        while (!port.isClosed()) {
            try (Socket client = port.accept()) {
                client.setTcpNoDelay(true);
                while (client.getInputStream().read(question) > 0) {
                    client.getOutputStream().write(ANSWER);
                }
            } catch (IOException e) {
                // The client or this port has gone; the loop looks which.
            }
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
