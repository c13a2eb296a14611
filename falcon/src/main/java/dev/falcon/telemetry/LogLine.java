package dev.falcon.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import dev.falcon.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/** One log line in either of its two shapes. Stateless. */
final class LogLine {

    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss.SSS")
            .withZone(ZoneOffset.UTC);

    /** The event of lines that a library wrote. */
    private static final String LIBRARY_EVENT = "library";

    private LogLine() {}

    static byte[] json(ILoggingEvent event, String workerId) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("timestamp", TIMESTAMP.format(instant(event)));
        line.put("level", level(event));
        line.put("logger", event.getLoggerName());
        line.put("event", LIBRARY_EVENT);
        line.put("message", String.valueOf(event.getFormattedMessage()));
        line.put("worker_id", workerId);
        for (KeyValuePair pair : pairs(event)) {
            if (pair.value != null && !pair.key.equals(EventLog.CRITICAL_KEY)) {
                line.put(pair.key, plain(pair.value));
            }
        }
        if (event.getThrowableProxy() != null) {
            line.put("stack_trace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        byte[] json = Json.bytes(line);
        byte[] ended = new byte[json.length + 1];
        System.arraycopy(json, 0, ended, 0, json.length);
        ended[json.length] = '\n';
        return ended;
    }

    static byte[] text(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        String simpleName = event.getLoggerName().substring(event.getLoggerName().lastIndexOf('.') + 1);
        line.append(TIME_OF_DAY.format(instant(event)))
                .append(' ')
                .append(String.format("%-8s", level(event)))
                .append(' ')
                .append(simpleName)
                .append(": ")
                .append(event.getFormattedMessage());
        for (KeyValuePair pair : pairs(event)) {
            if (pair.value != null && !pair.key.equals(EventLog.CRITICAL_KEY) && !pair.key.equals(EventLog.EVENT_KEY)) {
                line.append("  ").append(pair.key).append('=').append(pair.value);
            }
        }
        line.append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Instant instant(ILoggingEvent event) {
        return Instant.ofEpochMilli(event.getTimeStamp());
    }

    private static List<KeyValuePair> pairs(ILoggingEvent event) {
        return event.getKeyValuePairs() == null ? List.of() : event.getKeyValuePairs();
    }

    private static Object plain(Object value) {
        return value instanceof Number || value instanceof Boolean || value instanceof Map<?, ?>
                || value instanceof List<?> ? value : value.toString();
    }

    private static String level(ILoggingEvent event) {
        if (event.getLevel().equals(Level.ERROR)) {
            boolean critical = pairs(event).stream().anyMatch(pair -> pair.key.equals(EventLog.CRITICAL_KEY));
            return critical ? "CRITICAL" : "ERROR";
        }
        if (event.getLevel().equals(Level.WARN)) {
            return "WARNING";
        }
        return event.getLevel().equals(Level.TRACE) ? "DEBUG" : event.getLevel().toString();
    }
}
