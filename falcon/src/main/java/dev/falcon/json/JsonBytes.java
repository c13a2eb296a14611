package dev.falcon.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Compact JSON in UTF-8, written piece by piece, byte for byte as {@link Json} would write it: for answers, whose shape is
 * known and which are rendered more often than anything else. The caller sees to commas and brackets. Used by one thread.
 */
public final class JsonBytes {

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = piece("true");
    private static final byte[] FALSE = piece("false");

    private byte[] bytes;
    private int size;

    /** @param capacity bytes to begin with; it grows where they do not do */
    public JsonBytes(int capacity) {
        bytes = new byte[capacity];
    }

    /** Punctuation and names, made once and written often. */
    public static byte[] piece(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** What was made by {@link #piece}. */
    public JsonBytes raw(byte[] piece) {
        room(piece.length);
        System.arraycopy(piece, 0, bytes, size, piece.length);
        size += piece.length;
        return this;
    }

    /** One ASCII character of punctuation. */
    public JsonBytes raw(char punctuation) {
        room(1);
        bytes[size++] = (byte) punctuation;
        return this;
    }

    public JsonBytes bool(boolean value) {
        return raw(value ? TRUE : FALSE);
    }

    /** The shortest decimal that reads back as the same number, which must be finite. */
    public JsonBytes number(double value) {
        return ascii(Double.toString(value));
    }

    /** Same, as the same single-precision number. */
    public JsonBytes number(float value) {
        return ascii(Float.toString(value));
    }

    public JsonBytes number(long value) {
        return ascii(Long.toString(value));
    }

    /** What was written between these two sizes, once more: making a number's digits costs more than copying them. */
    public JsonBytes again(int from, int to) {
        room(to - from);
        System.arraycopy(bytes, from, bytes, size, to - from);
        size += to - from;
        return this;
    }

    private JsonBytes ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[size++] = (byte) text.charAt(i);
        }
        return this;
    }

    /** A string in its quotes, escaped where it must be. */
    public JsonBytes string(String text) {
        room(text.length() + 2);
        bytes[size++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || c < ' ' || c == '"' || c == '\\') {
                return rest(text, i);
            }
            bytes[size++] = (byte) c;
        }
        bytes[size++] = '"';
        return this;
    }

    /** From the first character on that is not itself in a JSON string. */
    private JsonBytes rest(String text, int from) {
        byte[] utf8 = text.substring(from).getBytes(StandardCharsets.UTF_8);
        room(6 * utf8.length + 1);
        for (byte b : utf8) {
            switch (b) {
                case '"', '\\' -> escaped(b);
                case '\b' -> escaped('b');
                case '\t' -> escaped('t');
                case '\n' -> escaped('n');
                case '\f' -> escaped('f');
                case '\r' -> escaped('r');
                default -> plainOrNumbered(b);
            }
        }
        bytes[size++] = '"';
        return this;
    }

    private void escaped(int letter) {
        bytes[size++] = '\\';
        bytes[size++] = (byte) letter;
    }

    private void plainOrNumbered(byte b) {
        if (b >= 0 && b < ' ') {
            escaped('u');
            bytes[size++] = '0';
            bytes[size++] = '0';
            bytes[size++] = HEX[b >> 4];
            bytes[size++] = HEX[b & 0xF];
        } else {
            bytes[size++] = b;
        }
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }

    /** All that was written. */
    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** All that was written, in its first {@link #size()} bytes; not to be written to any more. */
    public byte[] buffer() {
        return bytes;
    }

    public int size() {
        return size;
    }
}
