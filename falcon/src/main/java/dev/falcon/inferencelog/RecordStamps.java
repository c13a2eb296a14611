package dev.falcon.inferencelog;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the identities of records: UUIDs of version 7 (RFC 9562, section 5.7) that rise within a worker, whatever its
 * clock does. Sixty bits of time and order (milliseconds, then a 12-bit fraction that doubles as a counter) and 62 random
 * ones. Safe for use by many threads.
 */
public final class RecordStamps {

    private static final int FRACTION_BITS = 12;
    private static final long MICROS_PER_MILLI = 1000;

    private final InstantSource clock;
    private final AtomicLong last = new AtomicLong();
    /** Keeps workers apart whose fast generators should start alike. */
    private final long salt = new SecureRandom().nextLong();

    public RecordStamps(InstantSource clock) {
        this.clock = clock;
    }

    /** The next identity, with the time as it is now. */
    public LogRecord.Stamp next() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
        long fraction = ((micros % MICROS_PER_MILLI) << FRACTION_BITS) / MICROS_PER_MILLI;
        long ticks = ((micros / MICROS_PER_MILLI) << FRACTION_BITS) | fraction;
        long order = last.accumulateAndGet(ticks, (before, candidate) -> Math.max(before + 1, candidate));
        long high = ((order >>> FRACTION_BITS) << 16) | 0x7000L | (order & 0xFFF);
        long low = ((ThreadLocalRandom.current().nextLong() ^ salt) >>> 2) | 0x8000_0000_0000_0000L;
        return new LogRecord.Stamp(new UUID(high, low), now);
    }
}
