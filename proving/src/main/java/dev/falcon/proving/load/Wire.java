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
    private static final byte[] LENGTH = "\r\ncontent-length: ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] CLOSE = "\r\nconnection: close".getBytes(StandardCharsets.ISO_8859_1);
    private static final int STATUS_AT = "HTTP/1.1 ".length();

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
            return (buffer[STATUS_AT] - '0') * 100 + (buffer[STATUS_AT + 1] - '0') * 10 + buffer[STATUS_AT + 2] - '0';
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
            return find(("\r\n" + name + ": " + value).toLowerCase(Locale.ROOT)
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
            if (find(CLOSE, reply.head) >= 0) {
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
            head = endOfHead(searched);
            searched = Math.max(0, filled - 3);
        }
        int length = length(head);
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

    private int endOfHead(int from) {
        for (int i = from; i + 3 < filled; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    private int length(int head) throws IOException {
        int at = find(LENGTH, head);
        if (at < 0) {
            throw new IOException("an answer without a length: " + new String(buffer, 0, head,
                    StandardCharsets.ISO_8859_1));
        }
        int length = 0;
        for (int i = at + LENGTH.length; buffer[i] >= '0' && buffer[i] <= '9'; i++) {
            length = 10 * length + buffer[i] - '0';
        }
        return length;
    }

    /** Where lower-case text stands in the head, in any case; -1 where it does not. */
    private int find(byte[] lowerCase, int end) {
        for (int start = 0; start + lowerCase.length <= end; start++) {
            int matched = 0;
            while (matched < lowerCase.length && lower(buffer[start + matched]) == lowerCase[matched]) {
                matched++;
            }
            if (matched == lowerCase.length) {
                return start;
            }
        }
        return -1;
    }

    private static byte lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? (byte) (letter + ('a' - 'A')) : letter;
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
