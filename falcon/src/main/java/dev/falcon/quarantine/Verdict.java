package dev.falcon.quarantine;

import java.time.Duration;
import java.time.Instant;

/**
 * What is thought of a text that was in flight when a process ended. Of two verdicts on a text the later one holds, so that
 * workers can exchange theirs in any order.
 *
 * @param sinceMs when the process was found ended, or the text was answered after all; milliseconds since 1970, as the rest
 * @param refusedUntilMs until when it is not run
 * @param suspectUntilMs until when it is run with no other suspect beside it
 */
record Verdict(long sinceMs, long refusedUntilMs, long suspectUntilMs) {

    /** How long a text is remembered. */
    static final Duration MEMORY = Duration.ofHours(24);

    /** How long texts are refused of which one must be the culprit, and nobody knows which. */
    static final Duration DOUBT = Duration.ofMinutes(10);

    /** It may have been this one. */
    static Verdict suspect(long nowMs) {
        return new Verdict(nowMs, nowMs, nowMs + MEMORY.toMillis());
    }

    /** It was in flight twice, and was not the only one to be. */
    static Verdict doubted(long nowMs) {
        return new Verdict(nowMs, nowMs + DOUBT.toMillis(), nowMs + MEMORY.toMillis());
    }

    /** It was this one. */
    static Verdict condemned(long nowMs) {
        return new Verdict(nowMs, nowMs + MEMORY.toMillis(), nowMs + MEMORY.toMillis());
    }

    /** It was answered. Kept like the others, so that an older suspicion of another worker's does not come back. */
    static Verdict acquitted(long nowMs) {
        return new Verdict(nowMs, nowMs, nowMs);
    }

    boolean isRefused(long nowMs) {
        return nowMs < refusedUntilMs;
    }

    /** Whether it was in flight when a process ended, and was not answered since. */
    boolean isSuspect(long nowMs) {
        return nowMs < suspectUntilMs;
    }

    boolean isForgotten(long nowMs) {
        return nowMs >= sinceMs + MEMORY.toMillis();
    }

    /** For one moment the harder one holds, so that the order of two verdicts never matters. */
    Verdict or(Verdict other) {
        if (sinceMs != other.sinceMs) {
            return sinceMs > other.sinceMs ? this : other;
        }
        if (refusedUntilMs != other.refusedUntilMs) {
            return refusedUntilMs > other.refusedUntilMs ? this : other;
        }
        return suspectUntilMs >= other.suspectUntilMs ? this : other;
    }

    Instant since() {
        return Instant.ofEpochMilli(sinceMs);
    }

    Instant refusedUntil() {
        return Instant.ofEpochMilli(refusedUntilMs);
    }
}
