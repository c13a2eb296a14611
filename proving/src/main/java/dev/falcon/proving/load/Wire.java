package dev.falcon.proving.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection at a time to one endpoint, opened when it is needed and kept as long as the other side keeps
 * it. Knows bodies with a length, which is all that a worker sends. For use by one thread.
 */
public final class Wire implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final byte[] CLOSE = "\r\nconnection: close".getBytes(StandardCharsets.ISO_8859_1);

    private final Endpoint endpoint;
    private final int readTimeoutMillis;
    private byte[] buffer = new byte[4096];
    private int filled;
    private @Nullable Socket socket;

    /** @param readTimeout how long a part of an answer may be waited for; must end before a test does */
    public Wire(Endpoint endpoint, Duration readTimeout) {
        this.endpoint = endpoint;
        this.readTimeoutMillis = Math.toIntExact(readTimeout.toMillis());
    }

    /** An answer; what it shows is valid until the next request. */
    public final class Reply {
        private final int head;
        private final int length;

        private Reply(int head, int length) {
            this.head = head;
            this.length = length;
        }

        public int status() {
            return AnswerBytes.status(buffer);
        }

        /** Status line and header lines. */
        public String head() {
            return new String(buffer, 0, head, StandardCharsets.ISO_8859_1);
        }

        public String body() {
            return new String(buffer, head, length, StandardCharsets.UTF_8);
        }

        /** Whether the answer names this header with this value, in any case. */
        public boolean says(String name, String value) {
            return AnswerBytes.find(buffer, ("\r\n" + name + ": " + value).toLowerCase(Locale.ROOT)
                    .getBytes(StandardCharsets.ISO_8859_1), head) >= 0;
        }
    }

    /** Sends a request and waits for the answer. After a failure the next request opens a new connection. */
    public Reply ask(byte[] request) throws IOException {
        try {
            OutputStream out = open().getOutputStream();
            out.write(request);
            filled = 0;
            Reply reply = read();
            if (AnswerBytes.find(buffer, CLOSE, reply.head) >= 0) {
                close();
            }
            return reply;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Opens the connection if there is none. */
    public Socket open() throws IOException {
        if (socket == null) {
            Socket opened = new Socket();
            socket = opened;
            opened.setTcpNoDelay(true);
            opened.setSoTimeout(readTimeoutMillis);
            opened.connect(new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()),
                    CONNECT_TIMEOUT_MILLIS);
            return opened;
        }
        return socket;
    }

    private Reply read() throws IOException {
        int head = -1;
        int searched = 0;
        while (head < 0) {
            fill();
            head = AnswerBytes.endOfHead(buffer, searched, filled);
            searched = Math.max(0, filled - 3);
        }
        int length = AnswerBytes.length(buffer, head);
        while (filled < head + length) {
            fill();
        }
        return new Reply(head, length);
    }

    private void fill() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * filled);
        }
        Socket open = open();
        int count = open.getInputStream().read(buffer, filled, buffer.length - filled);
        if (count < 0) {
            throw new EOFException(filled == 0 ? "closed without an answer" : "closed within an answer");
        }
        filled += count;
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It is given up either way.
                return;
            }
        }
    }
}
