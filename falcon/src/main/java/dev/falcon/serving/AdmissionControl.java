package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.inference.Caller;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.RequestMeters;
import dev.falcon.telemetry.RequestMeters.ShedReason;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is worked on: at most MAX_IN_FLIGHT requests at once, fewer while an overload lasts, and of one
 * caller no more than its rate. Admission itself never waits. Safe for use by many threads.
 */
final class AdmissionControl {

    /** What is never refused: those that compute, and as many again that keep them from running dry, and more. */
    private static final int PLACES_A_PROCESSOR_AT_LEAST = 4;

    private final AdaptiveLimit limit;
    private final int maxInFlight;
    private final @Nullable CallerRates rates;
    private final Ticker ticker;
    private final RequestMeters meters;
    private final AtomicInteger inFlight = new AtomicInteger();

    AdmissionControl(Settings.Limits limits, int processors, Ticker ticker, RequestMeters meters) {
        this.limit = new AdaptiveLimit(PLACES_A_PROCESSOR_AT_LEAST * processors, limits.maxInFlight(), ticker.nanos());
        this.maxInFlight = limits.maxInFlight();
        this.rates = limits.rateLimitPerMinute() == 0 ? null : new CallerRates(limits.rateLimitPerMinute());
        this.ticker = ticker;
        this.meters = meters;
        meters.admission(inFlight::get, () -> limit());
    }

    /** Why this caller is refused for its rate, or null; takes the request off its account. */
    @Nullable
    Failure overRate(Caller caller) {
        if (rates == null || caller.clientIp() == null) {
            return null;
        }
        long waitNanos = rates.take(caller.clientIp(), ticker.nanos());
        if (waitNanos == 0) {
            return null;
        }
        meters.shed(ShedReason.RATE_LIMITED);
        return new Failure(ErrorCode.RATE_LIMITED,
                "This address sent more than its " + rates.perMinute() + " requests a minute.",
                Duration.ofNanos(waitNanos));
    }

    /** A place among the requests in flight, or null where there is none left; see {@link #overloaded()}. */
    @Nullable
    Permit admit() {
        return enter() ? new Permit(this) : null;
    }

    /** The refusal of a request that found no place; counts it. */
    Failure overloaded() {
        meters.shed(ShedReason.OVERLOADED);
        limit.refused(ticker.nanos());
        return Failure.of(ErrorCode.OVERLOADED, "All " + limit.limit() + " places for requests in flight are taken; of "
                + maxInFlight + " in MAX_IN_FLIGHT, as many as are answered quickly.");
    }

    /** The refusal of a request whose texts found no room among those that wait for its model; counts it. */
    Failure queueFull() {
        meters.shed(ShedReason.OVERLOADED);
        limit.refused(ticker.nanos());
        return Failure.of(ErrorCode.OVERLOADED,
                "As many texts as MAX_IN_FLIGHT requests of MAX_BATCH_TEXTS wait for this model.");
    }

    /** The refusal of a request that came before any model was warm; counts it. */
    Failure notReady() {
        meters.shed(ShedReason.NOT_READY);
        return Failure.of(ErrorCode.NOT_READY, "No model is loaded and warm yet.");
    }

    boolean enter() {
        int places = limit();
        int before = inFlight.get();
        while (before < places) {
            if (inFlight.compareAndSet(before, before + 1)) {
                limit.admitted();
                return true;
            }
            before = inFlight.get();
        }
        return false;
    }

    boolean isFull() {
        return inFlight.get() >= limit();
    }

    private int limit() {
        return limit.isAtCeiling() ? limit.limit() : limit.limit(ticker.nanos());
    }

    /** To be told of each request that was computed: how long it waited for that, and how long it took. */
    void computed(long waitNanos, long computeNanos) {
        limit.computed(waitNanos, computeNanos, ticker.nanos());
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    /** Requests being worked on now. */
    int inFlight() {
        return inFlight.get();
    }
}
