package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What kind of body is taken: JSON in UTF-8, as it is. Stateless. */
final class MediaType {

    private MediaType() {}

    static void check(@Nullable String contentType, @Nullable String contentEncoding) throws Refusal {
        if (contentEncoding != null && !contentEncoding.strip().equalsIgnoreCase("identity")) {
            throw new Refusal(ErrorCode.WRONG_MEDIA_TYPE, "The body is encoded (Content-Encoding); send it as it is.");
        }
        if (contentType == null) {
            throw new Refusal(ErrorCode.WRONG_MEDIA_TYPE,
                    "The Content-Type is missing; it must be application/json.");
        }
        if (contentType.equals("application/json")) {
            return;
        }
        String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
        if (!parts[0].strip().equals("application/json")) {
            throw new Refusal(ErrorCode.WRONG_MEDIA_TYPE, "The Content-Type must be application/json.");
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")
                    && !parameter.equals("charset=\"utf-8\"")) {
                throw new Refusal(ErrorCode.WRONG_MEDIA_TYPE, "The charset must be utf-8 or left out.");
            }
        }
    }
}
