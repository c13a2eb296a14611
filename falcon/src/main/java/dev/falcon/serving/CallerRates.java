package dev.falcon.serving;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket for each caller: full it holds one minute's worth, and it refills evenly. Remembers the callers seen
 * last, so that many addresses cannot fill the memory; a forgotten caller starts full. Guarded by its own lock.
 */
final class CallerRates {

    private static final int CALLERS_REMEMBERED = 10_000;
    private static final double NANOS_A_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private static final class Bucket {
        private double tokens;
        private long atNanos;

        Bucket(double tokens, long atNanos) {
            this.tokens = tokens;
            this.atNanos = atNanos;
        }
    }

    private final int perMinute;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > CALLERS_REMEMBERED;
        }
    };

    CallerRates(int perMinute) {
        this.perMinute = perMinute;
    }

    int perMinute() {
        return perMinute;
    }

    /** Takes one request off the caller's account: 0 if it was there, else nanoseconds until it will be. */
    synchronized long take(String caller, long nowNanos) {
        Bucket bucket = buckets.computeIfAbsent(caller, unseen -> new Bucket(perMinute, nowNanos));
        double refill = (nowNanos - bucket.atNanos) * (perMinute / NANOS_A_MINUTE);
        bucket.tokens = Math.min(perMinute, bucket.tokens + refill);
        bucket.atNanos = nowNanos;
        if (bucket.tokens < 1) {
            return (long) Math.ceil((1 - bucket.tokens) * (NANOS_A_MINUTE / perMinute));
        }
        bucket.tokens--;
        return 0;
    }
}
