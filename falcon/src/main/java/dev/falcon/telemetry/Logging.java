package dev.falcon.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.OutputStream;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets up the process's log: every line, libraries' included, goes to one stream through a bounded queue that is written
 * by a thread of its own, so that a blocked output costs lines and never a request. One instance a process.
 */
public final class Logging implements AutoCloseable {

    /**
     * How to log.
     *
     * @param severity the least severe of Falcon's own lines to be written
     * @param json objects, or else lines for people
     */
    public record Style(Event.Severity severity, boolean json, String workerId) {}

    private final LoggerContext context;
    private final LineQueue queue;

    private Logging(LoggerContext context, LineQueue queue) {
        this.context = context;
        this.queue = queue;
    }

    /** Takes the log over, from whatever was set up before. */
    public static Logging start(Style style, OutputStream out) {
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();

        LineQueue queue = new LineQueue(
                event -> style.json() ? LogLine.json(event, style.workerId()) : LogLine.text(event), out);
        queue.setContext(context);
        queue.start();

        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(queue);
        root.setLevel(Level.WARN);
        context.getLogger("dev.falcon").setLevel(level(style.severity()));
        quietLibraries(context);
        return new Logging(context, queue);
    }

    /** What these would say about a dead dependency at every attempt, the guards say once. */
    private static void quietLibraries(LoggerContext context) {
        for (String chatty : new String[]{"io.lettuce", "io.netty", "com.zaxxer.hikari", "org.postgresql",
            "org.flywaydb", "io.opentelemetry"}) {
            context.getLogger(chatty).setLevel(Level.OFF);
        }
        context.getLogger("io.helidon").setLevel(Level.ERROR);
    }

    /** Writes out what is queued and ends the log. */
    @Override
    public void close() {
        queue.stop();
        context.stop();
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
