package dev.falcon.telemetry;

import dev.falcon.inference.Ticker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The log of one class. Each event is limited to its number of lines a minute; what was held back is told with the next
 * line. Safe for use by many threads; never throws and never waits for the output.
 */
public final class EventLog {

    /** Marks a line of the highest severity, which the logging facade has no level for. */
    static final String CRITICAL_KEY = "falcon.critical";
    static final String EVENT_KEY = "event";

    private static final Event[] EVENTS = Event.values();
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Lines of one event in the running minute. */
    private static final class Window {
        private boolean started;
        private long startNanos;
        private int written;
        private long heldBack;
    }

    private final Logger logger;
    private final Ticker ticker;
    private final Window[] windows = new Window[EVENTS.length];

    public EventLog(Class<?> owner) {
        this(owner, Ticker.system());
    }

    public EventLog(Class<?> owner, Ticker ticker) {
        this.logger = LoggerFactory.getLogger(owner);
        this.ticker = ticker;
        for (int i = 0; i < windows.length; i++) {
            windows[i] = new Window();
        }
    }

    /** Writes a line. */
    public void emit(Event event, String message, Field... fields) {
        emit(event, message, null, fields);
    }

    /** Writes a line with the stack trace of what caused it. */
    public void emit(Event event, String message, @Nullable Throwable cause, Field... fields) {
        LoggingEventBuilder line = logger.atLevel(level(event.severity()));
        if (!logger.isEnabledForLevel(level(event.severity()))) {
            return;
        }
        long heldBack = admit(event);
        if (heldBack < 0) {
            return;
        }
        line = line.addKeyValue(EVENT_KEY, event.wireName());
        if (event.severity() == Event.Severity.CRITICAL) {
            line = line.addKeyValue(CRITICAL_KEY, true);
        }
        for (Field field : fields) {
            line = line.addKeyValue(field.name(), field.value());
        }
        if (heldBack > 0) {
            line = line.addKeyValue("held_back", heldBack);
        }
        if (cause != null) {
            line = line.setCause(cause);
        }
        line.log(message);
    }

    /** How many lines were held back before this one, or -1 to hold this one back too. */
    private long admit(Event event) {
        Window window = windows[event.ordinal()];
        long now = ticker.nanos();
        synchronized (window) {
            if (!window.started || now - window.startNanos >= MINUTE_NANOS) {
                window.started = true;
                window.startNanos = now;
                window.written = 0;
            }
            if (window.written >= event.perMinute()) {
                window.heldBack++;
                return -1;
            }
            window.written++;
            long heldBack = window.heldBack;
            window.heldBack = 0;
            return heldBack;
        }
    }

    private static Level level(Event.Severity severity) {
        return switch (severity) {
            case DEBUG -> Level.DEBUG;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARN;
            case ERROR, CRITICAL -> Level.ERROR;
        };
    }
}
