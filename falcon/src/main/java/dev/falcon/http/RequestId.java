package dev.falcon.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The id a request is answered and logged under: the caller's own if it is fit for that, else a made one. Stateless. */
final class RequestId {

    static final int MAX_CHARACTERS = 128;
    private static final int HEX_DIGITS_A_LONG = 16;

    private RequestId() {}

    /** The caller's id if exactly one was sent, of 1 to 128 of {@code [A-Za-z0-9._-]}; else 32 random hex digits. */
    static String of(List<String> sent) {
        return sent.size() == 1 && isFit(sent.getFirst()) ? sent.getFirst() : made();
    }

    static String made() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        byte[] digits = new byte[2 * HEX_DIGITS_A_LONG];
        hex(random.nextLong(), digits, 0);
        hex(random.nextLong(), digits, HEX_DIGITS_A_LONG);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    private static void hex(long value, byte[] digits, int from) {
        long rest = value;
        for (int i = 0; i < HEX_DIGITS_A_LONG; i++) {
            int digit = (int) (rest & 0xF);
            digits[from + i] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
            rest >>>= 4;
        }
    }

    private static boolean isFit(String id) {
        if (id.isEmpty() || id.length() > MAX_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean fit =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'
                            || c == '-';
            if (!fit) {
                return false;
            }
        }
        return true;
    }
}
