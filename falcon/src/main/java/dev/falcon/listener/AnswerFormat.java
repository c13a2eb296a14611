package dev.falcon.listener;

import io.helidon.http.DateTime;
import io.helidon.http.Status;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An answer as HTTP/1.1 has it on the wire, in one array: that costs a fraction of the header map and the two buffers which
 * Helidon makes of one, and there is little to do, as every answer is whole and says its length. Stateless.
 */
final class AnswerFormat {

    private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\nDate: ");
    private static final byte[] LENGTH = ascii("Content-Length: ");
    private static final byte[] CLOSE = ascii("\r\nConnection: close\r\n\r\n");
    private static final byte[] GO_ON = ascii("\r\n\r\n");
    private static final byte[] END_OF_LINE = ascii("\r\n");

    private AnswerFormat() {}

    /**
     * @param last whether the connection ends with it
     * @param headOnly whether it goes without its body, whose length it tells
     */
    static ByteBuffer of(Reply reply, boolean last, boolean headOnly) {
        byte[] status = status(reply.status());
        byte[] date = DateTime.http1Bytes();
        byte[] length = ascii(Integer.toString(reply.length()));
        byte[] end = last ? CLOSE : GO_ON;
        int size = status.length + date.length + LENGTH.length + length.length + end.length;
        for (Reply.Field field : reply.fields()) {
            size += field.name().written().length + field.value().length + END_OF_LINE.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size + (headOnly ? 0 : reply.length()));
        out.put(status).put(date);
        for (Reply.Field field : reply.fields()) {
            out.put(field.name().written()).put(field.value()).put(END_OF_LINE);
        }
        out.put(LENGTH).put(length).put(end);
        if (!headOnly) {
            out.put(reply.body(), 0, reply.length());
        }
        return out.flip();
    }

    /** The status line, and the name of the date. */
    private static byte[] status(int code) {
        if (code == 200) {
            return OK;
        }
        Status status = Http1.status(code);
        return ascii("HTTP/1.1 " + code + " " + status.reasonPhrase() + "\r\nDate: ");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
