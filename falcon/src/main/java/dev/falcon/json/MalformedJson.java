package dev.falcon.json;

/** Bytes that are not the JSON that was expected. The message names the place and the fault, and quotes no value. */
public final class MalformedJson extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedJson(String message) {
        super(message, null, false, false);
    }
}
