package dev.falcon.listener;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;

/** The name of a header field, prepared once so that looking it up costs no parsing. Immutable. */
public final class HeaderField {

    private final HeaderName name;
    private final byte[] written;

    private HeaderField(HeaderName name) {
        this.name = name;
        this.written = (name.defaultCase() + ": ").getBytes(StandardCharsets.US_ASCII);
    }

    public static HeaderField named(String name) {
        return new HeaderField(HeaderNames.create(name));
    }

    HeaderName name() {
        return name;
    }

    /** As it stands before its value; not to be changed. */
    byte[] written() {
        return written;
    }

    @Override
    public String toString() {
        return name.defaultCase();
    }
}
