package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency key as callers send it: under either name, bare or as a structured field string (RFC 9651, section
 * 3.3.3) in double quotes. Both forms of the same characters are the same key. Stateless.
 */
final class IdempotencyKey {

    static final int MAX_CHARACTERS = 255;

    private IdempotencyKey() {}

    /**
     * The one key, or null where none was sent.
     *
     * @param standard values of {@code Idempotency-Key}
     * @param older values of {@code X-Idempotency-Key}
     */
    static @Nullable String of(List<String> standard, List<String> older) throws Refusal {
        String first = only(standard);
        String second = only(older);
        if (first != null && second != null && !first.equals(second)) {
            throw invalid("Idempotency-Key and X-Idempotency-Key differ.");
        }
        return first != null ? first : second;
    }

    private static @Nullable String only(List<String> values) throws Refusal {
        return switch (values.size()) {
            case 0 -> null;
            case 1 -> unquoted(values.getFirst().strip());
            default -> throw invalid("The idempotency key was sent more than once.");
        };
    }

    private static String unquoted(String value) throws Refusal {
        String key = value.startsWith("\"") ? inQuotes(value) : value;
        if (key.isEmpty() || key.length() > MAX_CHARACTERS) {
            throw invalid("The idempotency key has " + key.length() + " characters; 1 to " + MAX_CHARACTERS
                    + " are allowed.");
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) <= ' ' || key.charAt(i) > '~') {
                throw invalid("The idempotency key holds other than visible ASCII at character " + i + ".");
            }
        }
        return key;
    }

    private static String inQuotes(String value) throws Refusal {
        StringBuilder key = new StringBuilder(value.length());
        int i = 1;
        while (i < value.length() && value.charAt(i) != '"') {
            if (value.charAt(i) == '\\') {
                i++;
                if (i == value.length() || (value.charAt(i) != '"' && value.charAt(i) != '\\')) {
                    throw invalid("A backslash in the quoted idempotency key escapes neither a quote nor a backslash.");
                }
            }
            key.append(value.charAt(i));
            i++;
        }
        if (i != value.length() - 1) {
            throw invalid("The quoted idempotency key does not end with its closing quote.");
        }
        return key.toString();
    }

    private static Refusal invalid(String detail) {
        return new Refusal(ErrorCode.INVALID_IDEMPOTENCY_KEY, detail);
    }
}
