package dev.falcon.listener;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import java.util.ArrayList;
import java.util.List;

/** An answer on its way out: status, header fields and body. Filled by one thread. */
public final class Reply {

    /** A media type, rendered once. */
    public static final class ContentType {
        private final Header header;

        private ContentType(Header header) {
            this.header = header;
        }

        public static ContentType of(String mediaType) {
            return new ContentType(HeaderValues.createCached(HeaderNames.CONTENT_TYPE, mediaType));
        }
    }

    private final int status;
    private final byte[] body;
    private final int length;
    private final List<Header> headers = new ArrayList<>(4);

    /** An answer with this body, which must not be changed any more. */
    public Reply(int status, ContentType type, byte[] body) {
        this(status, type, body, body.length);
    }

    /** Same, of which only the first bytes are the body. */
    public Reply(int status, ContentType type, byte[] bytes, int length) {
        this.status = status;
        this.body = bytes;
        this.length = length;
        headers.add(type.header);
    }

    /**
     * Adds a header field.
     *
     * @throws IllegalArgumentException if the value holds other than visible ASCII and spaces
     */
    public Reply with(HeaderField field, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new IllegalArgumentException("no value for " + field + ": character " + i + " is not visible");
            }
        }
        headers.add(HeaderValues.create(field.name(), value));
        return this;
    }

    public int status() {
        return status;
    }

    /** Holds the body in its first {@link #length()} bytes. */
    byte[] body() {
        return body;
    }

    int length() {
        return length;
    }

    List<Header> headers() {
        return headers;
    }
}
