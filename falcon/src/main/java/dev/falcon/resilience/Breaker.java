package dev.falcon.resilience;

import dev.falcon.telemetry.BreakerState;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of a guard, without clock or thread: which state, and when the next probe is due. Resilience4j counts;
 * this class lets it leave the open state only for a probe, and counts a result only against the era (the stretch
 * between two changes of state) that let its call in. Safe for use by many threads.
 */
final class Breaker {

    /** The era of a call that was not let in. */
    static final long NO_ERA = -1;

    /** A slow call is recorded as a failure, so that alternating slow and failed calls open the breaker too. */
    private static final Duration NEVER_SLOW = Duration.ofDays(3650);

    /** A change of state, for the log and the gauge. */
    record Change(BreakerState from, BreakerState to, boolean first) {}

    private final CircuitBreaker counting;
    private final ProbeSchedule schedule;
    private BreakerState state = BreakerState.OPEN;
    private boolean starting = true;
    private int startFailures;
    private long era;
    private boolean latestCallFailed;
    private long probeDueNanos;
    private volatile long closedEra = NO_ERA;

    /** A breaker that is open until a first probe succeeds; that probe is due at once. */
    Breaker(GuardPolicy policy, RandomGenerator random, long nowNanos) {
        counting = CircuitBreaker.of("guard",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(policy.failureThreshold())
                        .minimumNumberOfCalls(policy.failureThreshold())
                        .failureRateThreshold(100)
                        .recordResult(Boolean.FALSE::equals)
                        .slowCallDurationThreshold(NEVER_SLOW)
                        .permittedNumberOfCallsInHalfOpenState(policy.halfOpenAttempts())
                        .initialState(CircuitBreaker.State.OPEN)
                        .build());
        schedule = new ProbeSchedule(policy.openTimeout(), random);
        probeDueNanos = nowNanos;
    }

    /** The era a request's call belongs to, or {@link #NO_ERA} unless closed. Costs one volatile read. */
    long enter() {
        return closedEra;
    }

    synchronized BreakerState state() {
        return state;
    }

    /** Nanoseconds until a probe is due; zero or negative once it is. */
    synchronized long untilProbeNanos(long nowNanos) {
        return probeDueNanos - nowNanos;
    }

    /** Makes a probe due at once, but only while closed: an open breaker keeps its time. */
    synchronized void probeSoon(long nowNanos) {
        if (state == BreakerState.CLOSED) {
            probeDueNanos = nowNanos;
        }
    }

    /** Begins a probe that is due. From open it leads to half-open, except before the first connection ever. */
    synchronized @Nullable Change beginProbe() {
        if (state != BreakerState.OPEN || starting) {
            return null;
        }
        counting.transitionToHalfOpenState();
        return follow(0);
    }

    /** The era that a probe begun now belongs to. */
    synchronized long probeEra() {
        return era;
    }

    /** A request's call ended. Says what changed by it, null for nothing. */
    synchronized @Nullable Change callEnded(long callEra, boolean succeeded, long nowNanos) {
        if (callEra != era) {
            return null;
        }
        latestCallFailed = !succeeded;
        record(succeeded);
        return follow(nowNanos);
    }

    /** A probe ended. Says what changed by it, null for nothing; sets when the next is due. */
    synchronized @Nullable Change probeEnded(long probeEra, boolean succeeded, long nowNanos) {
        if (probeEra != era) {
            return null;
        }
        Change change = switch (state) {
            case CLOSED -> closedProbeEnded(succeeded, nowNanos);
            case HALF_OPEN -> trialEnded(succeeded, nowNanos);
            case OPEN -> startEnded(succeeded, nowNanos);
        };
        if (state == BreakerState.CLOSED) {
            probeDueNanos = nowNanos + (succeeded ? schedule.closedNanos() : schedule.suspiciousNanos());
        }
        return change;
    }

    /**
     * A success says nothing against calls that fail meanwhile: what they do may be more than a probe does, as on a full
     * disk. Once none has failed since the last probe it counts.
     */
    private @Nullable Change closedProbeEnded(boolean succeeded, long nowNanos) {
        boolean contradicted = succeeded && latestCallFailed;
        latestCallFailed = false;
        if (contradicted) {
            return null;
        }
        record(succeeded);
        return follow(nowNanos);
    }

    /** One failed trial is enough: Resilience4j by itself would wait for all of them and compare a rate. */
    private @Nullable Change trialEnded(boolean succeeded, long nowNanos) {
        if (succeeded) {
            record(true);
            probeDueNanos = starting ? nowNanos : nowNanos + schedule.betweenTrialsNanos();
        } else {
            counting.transitionToOpenState();
        }
        return follow(nowNanos);
    }

    private @Nullable Change startEnded(boolean succeeded, long nowNanos) {
        if (!succeeded) {
            startFailures++;
            probeDueNanos = nowNanos + schedule.startingNanos(startFailures);
            return null;
        }
        counting.transitionToHalfOpenState();
        Change toHalfOpen = follow(nowNanos);
        Change toClosed = trialEnded(true, nowNanos);
        return toClosed == null ? toHalfOpen : toClosed;
    }

    private void record(boolean succeeded) {
        counting.onResult(0, counting.getTimestampUnit(), succeeded);
    }

    /** Takes over the state that Resilience4j arrived at. */
    private @Nullable Change follow(long nowNanos) {
        BreakerState now = switch (counting.getState()) {
            case CLOSED, DISABLED, METRICS_ONLY -> BreakerState.CLOSED;
            case OPEN, FORCED_OPEN -> BreakerState.OPEN;
            case HALF_OPEN -> BreakerState.HALF_OPEN;
        };
        if (now == state) {
            return null;
        }
        Change change = new Change(state, now, starting);
        state = now;
        era++;
        closedEra = now == BreakerState.CLOSED ? era : NO_ERA;
        if (now == BreakerState.OPEN) {
            probeDueNanos = nowNanos + (starting ? schedule.startingNanos(++startFailures) : schedule.openNanos());
        } else if (now == BreakerState.CLOSED) {
            starting = false;
        }
        return change;
    }
}
