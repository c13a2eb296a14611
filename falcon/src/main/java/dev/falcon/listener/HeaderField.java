package dev.falcon.listener;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;

/** The name of a header field, prepared once so that looking it up costs no parsing. Immutable. */
public final class HeaderField {

    private final HeaderName name;

    private HeaderField(HeaderName name) {
        this.name = name;
    }

    public static HeaderField named(String name) {
        return new HeaderField(HeaderNames.create(name));
    }

    HeaderName name() {
        return name;
    }

    @Override
    public String toString() {
        return name.defaultCase();
    }
}
