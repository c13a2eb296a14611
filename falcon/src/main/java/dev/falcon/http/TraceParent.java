package dev.falcon.http;

import dev.falcon.telemetry.Tracing.Parent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The span in which a caller asks, from a {@code traceparent} field (W3C Trace Context, section 3.2). Stateless. */
final class TraceParent {

    private static final String NO_TRACE = "0".repeat(32);
    private static final String NO_PARENT = "0".repeat(16);
    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    private static final int SAMPLED = 1;

    private TraceParent() {}

    /** The caller's span; null if the field was not sent or is not valid, which is ignored. */
    static @Nullable Parent of(@Nullable String traceparent) {
        if (traceparent == null) {
            return null;
        }
        Matcher form = FORM.matcher(traceparent);
        if (!form.matches()) {
            return null;
        }
        String version = form.group(1);
        boolean valid = !version.equals("ff") && (form.group(5) == null || !version.equals("00"))
                && !form.group(2).equals(NO_TRACE) && !form.group(3).equals(NO_PARENT);
        return valid
                ? new Parent(form.group(2), form.group(3), (Integer.parseInt(form.group(4), 16) & SAMPLED) != 0)
                : null;
    }
}
