package dev.falcon.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Bodies that are nearly right: JSON built from likely pieces, then damaged. The same seed gives the same bodies. */
final class GeneratedBodies {

    private static final String[] PIECES = {"{", "}", "[", "]", ":", ",", "\"", "\"text\"", "\"text\":", "\"a\"",
        "{\"text\":\"hello\"}", "null", "true", "false", "0", "-1", "1e999", "1.5", "NaN", "\\", "\\u", "\\ud83e",
        "\\udd85", "\\u0000", "\\n", "\n", "\t", " ", "\0", "é", "🦅", "\uFEFF", "\u2028", "//", "/*", "'", "#",
        "\"model\":\"x\"", "\"__proto__\":{}", "1".repeat(400), "[".repeat(70), "{\"a\":".repeat(70)};
    private static final byte[][] BROKEN = {{(byte) 0xFF}, {(byte) 0xC0, (byte) 0x80}, {(byte) 0xED, (byte) 0xA0,
        (byte) 0x80}, {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, {(byte) 0xE2, (byte) 0x82},
        {(byte) 0x80}, {(byte) 0xFE, (byte) 0xFF}, {0, '{', 0, '}'}};

    private final RandomGenerator random;

    GeneratedBodies(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    byte[] next() {
        byte[] body = switch (random.nextInt(4)) {
            case 0 -> pieces();
            case 1 -> ("{\"text\":\"" + new String(pieces(), StandardCharsets.UTF_8) + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            case 2 -> "{\"text\":\"hello\"}".getBytes(StandardCharsets.UTF_8);
            default -> noise();
        };
        for (int damages = random.nextInt(4); damages > 0; damages--) {
            body = damaged(body);
        }
        return body;
    }

    private byte[] pieces() {
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(12); count > 0; count--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(64)];
        random.nextBytes(noise);
        return noise;
    }

    /** A copy with one fault: cut short, something spliced in, or a bit flipped. */
    byte[] damaged(byte[] body) {
        int place = random.nextInt(body.length + 1);
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(body, place);
            case 1 -> spliced(body, place, BROKEN[random.nextInt(BROKEN.length)]);
            case 2 -> spliced(body, place, PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8));
            default -> {
                byte[] flipped = body.clone();
                if (place < flipped.length) {
                    flipped[place] ^= (byte) (1 << random.nextInt(8));
                }
                yield flipped;
            }
        };
    }

    private static byte[] spliced(byte[] body, int place, byte[] insert) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(body, 0, place);
        bytes.writeBytes(insert);
        bytes.write(body, place, body.length - place);
        return bytes.toByteArray();
    }
}
