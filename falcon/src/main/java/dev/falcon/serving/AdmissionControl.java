package dev.falcon.serving;

import dev.falcon.config.Settings;
import dev.falcon.inference.Caller;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.ErrorCode;
import dev.falcon.inference.InferenceOutcome.Failure;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.RequestMeters;
import dev.falcon.telemetry.RequestMeters.ShedReason;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is worked on: at most MAX_IN_FLIGHT requests at once, and of one caller no more than its rate. Admission itself never waits. Safe for use by many threads.
 */
final class AdmissionControl {

    /** Added to every Retry-After at random, so that refused callers do not all return at once. */
    private static final int RETRY_AFTER_SPREAD_MILLIS = 2000;

    private final int maxInFlight;
    private final @Nullable CallerRates rates;
    private final Ticker ticker;
    private final RequestMeters meters;
    private final AtomicInteger inFlight = new AtomicInteger();

    AdmissionControl(Settings.Limits limits, Ticker ticker, RequestMeters meters) {
        this.maxInFlight = limits.maxInFlight();
        this.rates = limits.rateLimitPerMinute() == 0 ? null : new CallerRates(limits.rateLimitPerMinute());
        this.ticker = ticker;
        this.meters = meters;
        meters.admission(inFlight::get, () -> maxInFlight);
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
                varied(Duration.ofNanos(waitNanos)));
    }

    /** A place among the requests in flight, or null where there is none left; see {@link #overloaded()}. */
    @Nullable
    Permit admit() {
        return enter() ? new Permit(this) : null;
    }

    /** The refusal of a request that found no place; counts it. */
    Failure overloaded() {
        meters.shed(ShedReason.OVERLOADED);
        return new Failure(ErrorCode.OVERLOADED, "All " + maxInFlight + " places for requests in flight are taken.",
                varied(Duration.ofSeconds(1)));
    }

    /** The refusal of a request whose texts found no room among those that wait for its model; counts it. */
    Failure queueFull() {
        meters.shed(ShedReason.OVERLOADED);
        return new Failure(ErrorCode.OVERLOADED, "Too many texts wait for this model already.",
                varied(Duration.ofSeconds(1)));
    }

    /** The refusal of a request that came before any model was warm; counts it. */
    Failure notReady() {
        meters.shed(ShedReason.NOT_READY);
        return new Failure(ErrorCode.NOT_READY, "No model is loaded and warm yet.", varied(Duration.ofSeconds(1)));
    }

    boolean enter() {
        int before = inFlight.get();
        while (before < maxInFlight) {
            if (inFlight.compareAndSet(before, before + 1)) {
                return true;
            }
            before = inFlight.get();
        }
        return false;
    }

    boolean isFull() {
        return inFlight.get() >= maxInFlight;
    }

    void leave() {
        inFlight.decrementAndGet();
    }

    /** Requests being worked on now. */
    int inFlight() {
        return inFlight.get();
    }

    static Duration varied(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextInt(RETRY_AFTER_SPREAD_MILLIS));
    }
}
