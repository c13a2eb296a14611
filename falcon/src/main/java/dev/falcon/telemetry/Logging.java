package dev.falcon.telemetry;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.OutputStream;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets up the process's log: every line, libraries' included, goes to one stream through a bounded queue that is written
 * by a thread of its own, so that a blocked output costs lines and never a request. One instance a process.
 */
public final class Logging implements AutoCloseable {

    private static final int QUEUE_LINES = 4096;
    private static final int FLUSH_ON_CLOSE_MILLIS = 2000;

    /**
     * How to log.
     *
     * @param severity the least severe of Falcon's own lines to be written
     * @param json objects, or else lines for people
     */
    public record Style(Event.Severity severity, boolean json, String workerId) {}

    private final LoggerContext context;

    private Logging(LoggerContext context) {
        this.context = context;
    }

    /** Takes the log over, from whatever was set up before. */
    public static Logging start(Style style, OutputStream out) {
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();

        LineEncoder encoder = new LineEncoder(style);
        encoder.setContext(context);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> output = new OutputStreamAppender<>();
        output.setContext(context);
        output.setEncoder(encoder);
        output.setImmediateFlush(true);
        output.setOutputStream(out);
        output.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setQueueSize(QUEUE_LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.setMaxFlushTime(FLUSH_ON_CLOSE_MILLIS);
        queue.addAppender(output);
        queue.start();

        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(queue);
        root.setLevel(Level.WARN);
        context.getLogger("dev.falcon").setLevel(level(style.severity()));
        quietLibraries(context);
        return new Logging(context);
    }

    /** What these would say about a dead dependency at every attempt, the guards say once. */
    private static void quietLibraries(LoggerContext context) {
        for (String chatty : new String[]{"io.lettuce", "io.netty", "com.zaxxer.hikari", "org.postgresql",
            "org.flywaydb"}) {
            context.getLogger(chatty).setLevel(Level.OFF);
        }
        context.getLogger("io.helidon").setLevel(Level.ERROR);
    }

    /** Writes out what is queued and ends the log. */
    @Override
    public void close() {
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

    private static final class LineEncoder extends EncoderBase<ILoggingEvent> implements Encoder<ILoggingEvent> {

        private final Style style;

        LineEncoder(Style style) {
            this.style = style;
        }

        @Override
        public byte[] headerBytes() {
            return new byte[0];
        }

        @Override
        public byte[] encode(ILoggingEvent event) {
            return style.json() ? LogLine.json(event, style.workerId()) : LogLine.text(event);
        }

        @Override
        public byte[] footerBytes() {
            return new byte[0];
        }
    }
}
