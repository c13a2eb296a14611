package dev.falcon.proving.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Where in the bytes of an HTTP/1.1 answer what stands. Stateless. */
final class AnswerBytes {

    private static final byte[] LENGTH = "\r\ncontent-length: ".getBytes(StandardCharsets.ISO_8859_1);
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private AnswerBytes() {}

    static int status(byte[] bytes) {
        return (bytes[STATUS_AT] - '0') * 100 + (bytes[STATUS_AT + 1] - '0') * 10 + bytes[STATUS_AT + 2] - '0';
    }

    /** Behind the empty line that ends the head; -1 where there is none from here on. */
    static int endOfHead(byte[] bytes, int from, int filled) {
        for (int i = from; i + 3 < filled; i++) {
            if (bytes[i] == '\r' && bytes[i + 1] == '\n' && bytes[i + 2] == '\r' && bytes[i + 3] == '\n') {
                return i + 4;
            }
        }
        return -1;
    }

    /** Of the body, as the head says. */
    static int length(byte[] bytes, int head) throws IOException {
        int at = find(bytes, LENGTH, head);
        if (at < 0) {
            throw new IOException("an answer without a length: " + new String(bytes, 0, head,
                    StandardCharsets.ISO_8859_1));
        }
        int length = 0;
        for (int i = at + LENGTH.length; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
            length = 10 * length + bytes[i] - '0';
        }
        return length;
    }

    /** Where lower-case text stands in the head, in any case; -1 where it does not. */
    static int find(byte[] bytes, byte[] lowerCase, int end) {
        for (int start = 0; start + lowerCase.length <= end; start++) {
            int matched = 0;
            while (matched < lowerCase.length && lower(bytes[start + matched]) == lowerCase[matched]) {
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
}
