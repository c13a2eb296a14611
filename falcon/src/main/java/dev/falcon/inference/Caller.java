package dev.falcon.inference;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, when it came, and until when they wait.
 *
 * @param clientIp the address as far as trusted proxies tell it, or null where there is none
 * @param traceId 32 hex digits of the caller's trace, or null
 * @param arrivedNanos the ticker's value when the request had arrived whole: a slow sender is not our latency
 * @param deadline after which the answer is worth nothing
 * @param patience what this request may lose to a slow store
 * @param gone tells whether the caller has left, so that nobody reads an answer; does not wait, costs a system call, and
 *     is only for the request's own thread
 * @param timings where the journey books the time of its stages, whichever way it ends
 */
public record Caller(@Nullable String clientIp, @Nullable String traceId, long arrivedNanos, Deadline deadline,
        Patience patience, BooleanSupplier gone, StageTimings timings) {}
