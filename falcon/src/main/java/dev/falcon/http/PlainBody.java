package dev.falcon.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The body that nearly every request has, {@code {"text": "…"}} in ASCII without escapes, read in one pass: to make a parser
 * ready costs several times as much. It takes a part of what the parser takes, and the same text out of it; whatever else a
 * body holds, right or wrong, is left to the parser. Stateless.
 */
final class PlainBody {

    private static final byte[] NAME = "\"text\"".getBytes(StandardCharsets.US_ASCII);

    private PlainBody() {}

    /** The text, or null where the body is anything but that. */
    static @Nullable String text(byte[] body) {
        int at = after(body, space(body, 0), '{');
        at = space(body, at);
        for (byte expected : NAME) {
            at = after(body, at, expected);
        }
        at = after(body, space(body, at), ':');
        at = after(body, space(body, at), '"');
        int start = at;
        at = plain(body, at);
        int end = at;
        at = after(body, at, '"');
        at = after(body, space(body, at), '}');
        at = space(body, at);
        return at == body.length ? new String(body, start, end - start, StandardCharsets.ISO_8859_1) : null;
    }

    /** The place after this character, or one beyond the end where another one stands. */
    private static int after(byte[] body, int at, int expected) {
        return at < body.length && body[at] == expected ? at + 1 : body.length + 1;
    }

    private static int space(byte[] body, int from) {
        int at = from;
        while (at < body.length && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at++;
        }
        return at;
    }

    /** The place of the first character that does not stand for itself; of ASCII those above the controls do. */
    private static int plain(byte[] body, int from) {
        int at = from;
        while (at < body.length && body[at] >= ' ' && body[at] != '"' && body[at] != '\\') {
            at++;
        }
        return at;
    }
}
