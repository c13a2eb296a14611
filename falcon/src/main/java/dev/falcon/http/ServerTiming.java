package dev.falcon.http;

import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;

/**
 * Where a request's time went, as the value of {@code Server-Timing} (W3C): the stages that it came through, in milliseconds
 * to the microsecond, and the total since it arrived. Stateless.
 */
final class ServerTiming {

    private static final int USUAL_CHARACTERS = 112;
    private static final int NANOS_A_MICROSECOND = 1000;
    private static final int MICROSECONDS_A_MILLISECOND = 1000;
    private static final Stage[] STAGES = Stage.values();
    private static final String[] NAMES = new String[STAGES.length];

    static {
        for (Stage stage : STAGES) {
            NAMES[stage.ordinal()] = stage.wireName();
        }
    }

    private ServerTiming() {}

    /**
     * @param timings of the journey
     * @param encodeNanos of rendering its answer
     * @param totalNanos from the request's arrival until now
     */
    static String of(StageTimings timings, long encodeNanos, long totalNanos) {
        StringBuilder value = new StringBuilder(USUAL_CHARACTERS);
        for (Stage stage : STAGES) {
            if (stage == Stage.ENCODE) {
                entry(value, NAMES[stage.ordinal()], encodeNanos);
            } else if (timings.entered(stage)) {
                entry(value, NAMES[stage.ordinal()], timings.nanos(stage));
            }
        }
        return entry(value, "total", totalNanos).toString();
    }

    private static StringBuilder entry(StringBuilder value, String name, long nanos) {
        if (!value.isEmpty()) {
            value.append(", ");
        }
        long micros = Math.max(0, nanos) / NANOS_A_MICROSECOND;
        int fraction = (int) (micros % MICROSECONDS_A_MILLISECOND);
        return value.append(name)
                .append(";dur=")
                .append(micros / MICROSECONDS_A_MILLISECOND)
                .append('.')
                .append((char) ('0' + fraction / 100))
                .append((char) ('0' + fraction / 10 % 10))
                .append((char) ('0' + fraction % 10));
    }
}
