package dev.falcon.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes log events from any thread without ever making it wait, and writes them in their order on a thread of its own.
 * When the output does not take them fast enough, the queue fills and further lines are lost. Stopping writes what is
 * queued, within a bound. The stream stays open: it is the process's.
 */
final class LineQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private static final int CAPACITY_LINES = 4096;
    private static final long FLUSH_MILLIS_MAX = 2000;

    private final BlockingQueue<Optional<ILoggingEvent>> queue = new ArrayBlockingQueue<>(CAPACITY_LINES);
    private final Function<ILoggingEvent, byte[]> encoder;
    private final OutputStream out;
    private final Thread writer = new Thread(this::write, "log-writer");

    LineQueue(Function<ILoggingEvent, byte[]> encoder, OutputStream out) {
        this.encoder = encoder;
        this.out = out;
        writer.setDaemon(true);
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        if (!queue.offer(Optional.of(event))) {
            addWarn("the log's output does not keep up; a line is lost");
        }
    }

    /** Lets the writer come to the end of the queue, as far as that takes no longer than the bound. */
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        try {
            if (queue.offer(Optional.empty(), FLUSH_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                writer.join(FLUSH_MILLIS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            for (Optional<ILoggingEvent> event = queue.take(); event.isPresent(); event = queue.take()) {
                out.write(encoded(event.get()));
                if (queue.isEmpty()) {
                    out.flush();
                }
            }
            out.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            addError("the log's output is gone", e);
        }
    }

    /** A line that cannot be encoded costs itself, not the log. */
    private byte[] encoded(ILoggingEvent event) {
        try {
            return encoder.apply(event);
        } catch (RuntimeException e) {
            addError("a log line could not be encoded", e);
            return new byte[0];
        }
    }
}
