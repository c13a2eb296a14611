package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
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

    private static final int BLOCKS_A_MB = 1024 * 1024 / BLOCK_BYTES;

    private final int mbPerRequest;
    private final Queue<byte[]> retained = new ConcurrentLinkedQueue<>();

    MemoryGrowth(int mbPerRequest) {
        this.mbPerRequest = mbPerRequest;
    }

    /** The leak that the settings ask for, said aloud, or null; says also where they ask for one that is none. */
    public static @Nullable MemoryGrowth of(Settings.Debug settings, EventLog log) {
        int mb = settings.memoryGrowthMbPerRequest();
        if (!settings.memoryGrowth()) {
            if (mb > 0) {
                log.emit(Event.SETTING_WITHOUT_EFFECT, "DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=" + mb
                        + " does nothing without DEBUG_MEMORY_GROWTH=true; no memory is leaked");
            }
            return null;
        }
        log.emit(Event.DEBUG_MEMORY_GROWTH, "DEBUG_MEMORY_GROWTH is on: every admitted request leaks " + mb
                + " MB of heap on purpose, until this worker dies of it. To turn it off, set"
                + " DEBUG_MEMORY_GROWTH=false and DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=0 and start the worker anew",
                Field.of("mb_per_request", mb));
        if (mb == 0) {
            log.emit(Event.SETTING_WITHOUT_EFFECT, "DEBUG_MEMORY_GROWTH=true leaks nothing while"
                    + " DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=0");
        }
        return new MemoryGrowth(mb);
    }

    /** Keeps one request's share for good. */
    void grow() {
        for (int i = 0; i < mbPerRequest * BLOCKS_A_MB; i++) {
            retained.add(new byte[BLOCK_BYTES]);
        }
    }

    long retainedBytes() {
        return (long) retained.size() * BLOCK_BYTES;
    }
}
