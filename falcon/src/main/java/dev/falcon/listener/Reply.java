package dev.falcon.listener;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An answer on its way out: status, header fields and body. Filled by one thread. */
public final class Reply {

    private static final HeaderField CONTENT_TYPE = HeaderField.named("Content-Type");

    /** A media type, rendered once. */
    public static final class ContentType {
        private final Field field;

        private ContentType(Field field) {
            this.field = field;
        }

        public static ContentType of(String mediaType) {
            return new ContentType(new Field(CONTENT_TYPE, visible(CONTENT_TYPE, mediaType)));
        }
    }

    /** A header field; its value holds visible ASCII and spaces only, and is not to be changed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Field(HeaderField name, byte[] value) {

        String text() {
            return new String(value, StandardCharsets.US_ASCII);
        }
    }

    private final int status;
    private final byte[] body;
    private final int length;
    private final List<Field> fields = new ArrayList<>(4);

    /** An answer with this body, which must not be changed any more. */
    public Reply(int status, ContentType type, byte[] body) {
        this(status, type, body, body.length);
    }

    /** Same, of which only the first bytes are the body. */
    public Reply(int status, ContentType type, byte[] bytes, int length) {
        this.status = status;
        this.body = bytes;
        this.length = length;
        fields.add(type.field);
    }

    /**
     * Adds a header field.
     *
     * @throws IllegalArgumentException if the value holds other than visible ASCII and spaces
     */
    public Reply with(HeaderField field, String value) {
        fields.add(new Field(field, visible(field, value)));
        return this;
    }

    private static byte[] visible(HeaderField field, String value) {
        byte[] bytes = new byte[value.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("no value for " + field + ": character " + i + " is not visible");
            }
            bytes[i] = (byte) c;
        }
        return bytes;
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

    List<Field> fields() {
        return fields;
    }
}
