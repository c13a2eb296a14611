package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /infer}: bytes to the one text in them. Stateless. */
final class InferenceBody {

    static final int MAX_TEXT_CHARACTERS = 10_000;

    private static final int NEXT_LINE = 0x85;

    /** The JSON object that is expected. Not a record: the mapper makes those by reflection, a third of its time here. */
    static final class Fields {
        public @Nullable String text;
    }

    private InferenceBody() {}

    /** The text: 1 to 10,000 code points, not blank, no lone surrogate. */
    static String text(byte[] utf8) throws Refusal {
        try {
            String text = Json.read(utf8, Fields.class).text;
            if (text == null) {
                throw new Refusal(ErrorCode.MALFORMED_REQUEST, "The field \"text\" is missing or null.");
            }
            check(text);
            return text;
        } catch (MalformedJson e) {
            throw new Refusal(ErrorCode.MALFORMED_REQUEST,
                    "The body is not the expected JSON: " + e.getMessage() + ".");
        }
    }

    private static void check(String text) throws Refusal {
        boolean blank = true;
        int characters = 0;
        for (int i = 0; i < text.length(); characters++) {
            int character = text.codePointAt(i);
            if (Character.MIN_SURROGATE <= character && character <= Character.MAX_SURROGATE) {
                throw new Refusal(ErrorCode.MALFORMED_REQUEST,
                        "The text holds half of a surrogate pair at character " + characters + ".");
            }
            blank &= isBlank(character);
            i += Character.charCount(character);
        }
        if (characters > MAX_TEXT_CHARACTERS) {
            throw new Refusal(ErrorCode.INVALID_TEXT, "The text has " + characters + " characters; at most "
                    + MAX_TEXT_CHARACTERS + " are allowed.");
        }
        if (blank) {
            throw new Refusal(ErrorCode.INVALID_TEXT, "The text is empty or holds nothing but white space.");
        }
    }

    /** Unicode's White_Space, and the separators that Java adds to it. */
    private static boolean isBlank(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == NEXT_LINE;
    }
}
