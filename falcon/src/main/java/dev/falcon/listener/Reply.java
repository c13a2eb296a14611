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
    private final List<Header> headers = new ArrayList<>(4);

    /** An answer with this body, which must not be changed any more. */
    public Reply(int status, ContentType type, byte[] body) {
        this.status = status;
        this.body = body;
        headers.add(type.header);
    }

    /** Adds a header field; the value must hold visible ASCII and inner spaces only. */
    public Reply with(HeaderField field, String value) {
        headers.add(HeaderValues.create(field.name(), value));
        return this;
    }

    public int status() {
        return status;
    }

    byte[] body() {
        return body;
    }

    List<Header> headers() {
        return headers;
    }
}
