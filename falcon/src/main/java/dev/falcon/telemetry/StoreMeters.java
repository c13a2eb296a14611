package dev.falcon.telemetry;

import java.util.concurrent.atomic.AtomicLong;

/** What is known of Redis itself. Safe for use by many threads. */
public final class StoreMeters {

    private final AtomicLong memoryUsedRatioBits = new AtomicLong(Double.doubleToLongBits(Double.NaN));

    StoreMeters(Meters meters) {
        meters.gauge(Metric.REDIS_MEMORY_RATIO, () -> Double.longBitsToDouble(memoryUsedRatioBits.get()));
    }

    /** Used memory over {@code maxmemory}, 0 to 1 and beyond; 0 where there is no limit. */
    public void memoryUsedRatio(double ratio) {
        memoryUsedRatioBits.set(Double.doubleToLongBits(ratio));
    }
}
