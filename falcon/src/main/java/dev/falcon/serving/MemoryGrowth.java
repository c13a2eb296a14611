package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import java.math.BigDecimal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A leak on purpose, for drills: what it grows by is never given back, and at last the JVM ends for lack of heap. Exists
 * only while DEBUG_MEMORY_GROWTH is on. Safe for use by many threads.
 */
public final class MemoryGrowth {

    /** Small against any collector's regions: an array of whole megabytes would take up to twice its size. */
    private static final int BLOCK_BYTES = 64 * 1024;

    private static final BigDecimal BYTES_A_MB = BigDecimal.valueOf(1024 * 1024);

    private final long bytesPerRequest;
    private final Queue<byte[]> retained = new ConcurrentLinkedQueue<>();

    MemoryGrowth(BigDecimal mbPerRequest) {
        this.bytesPerRequest = mbPerRequest.multiply(BYTES_A_MB).longValue();
    }

    /** The leak that the settings ask for, said aloud, or null; says also where they ask for one that is none. */
    public static @Nullable MemoryGrowth of(Settings.Debug settings, EventLog log) {
        BigDecimal mb = settings.memoryGrowthMbPerRequest();
        if (!settings.memoryGrowth()) {
            if (mb.signum() > 0) {
                log.emit(Event.SETTING_WITHOUT_EFFECT, "DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=" + mb
                        + " does nothing without DEBUG_MEMORY_GROWTH=true; no memory is leaked");
            }
            return null;
        }
        log.emit(Event.DEBUG_MEMORY_GROWTH, "DEBUG_MEMORY_GROWTH is on: every admitted request leaks " + mb
                + " MB of heap on purpose, until this worker dies of it. To turn it off, set"
                + " DEBUG_MEMORY_GROWTH=false and DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=0 and start the worker anew",
                Field.of("mb_per_request", mb));
        if (mb.signum() == 0) {
            log.emit(Event.SETTING_WITHOUT_EFFECT, "DEBUG_MEMORY_GROWTH=true leaks nothing while"
                    + " DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=0");
        }
        return new MemoryGrowth(mb);
    }

    /** Keeps one request's share for good. */
    void grow() {
        for (long left = bytesPerRequest; left > 0; left -= BLOCK_BYTES) {
            retained.add(new byte[(int) Math.min(left, BLOCK_BYTES)]);
        }
    }

    long retainedBytes() {
        return retained.stream().mapToLong(block -> block.length).sum();
    }
}
