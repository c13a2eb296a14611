package dev.falcon.resilience;

import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.EventLog;
import dev.falcon.telemetry.Field;
import dev.falcon.telemetry.RetryMeters;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * Tries a background operation again, after waits that double and vary. Never for a request's path: it blocks the
 * calling thread for as long as it takes. Safe for use by many threads.
 */
public final class Retry {

    private static final double MULTIPLIER = 2;
    private static final double JITTER = 0.5;

    private final EventLog log = new EventLog(Retry.class);
    private final int maxAttempts;
    private final IntervalFunction waitsMillis;
    private final RetryMeters meters;
    private final Ticker ticker;

    public Retry(Settings.Retry settings, RetryMeters meters, Ticker ticker) {
        this.maxAttempts = settings.maxAttempts();
        this.waitsMillis = IntervalFunction.ofExponentialRandomBackoff(settings.baseDelay(), MULTIPLIER, JITTER,
                settings.maxDelay());
        this.meters = meters;
        this.ticker = ticker;
    }

    /**
     * What the action returns at its first success. Rethrows its last exception once the tries are used up, and at once
     * an exception that another try would not help, or an interruption.
     */
    public <T> T call(RetryMeters.Operation operation, Predicate<Exception> worthAnother, Callable<T> action)
            throws Exception {
        for (int attempt = 1;; attempt++) {
            try {
                return action.call();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (attempt >= maxAttempts || !worthAnother.test(e)) {
                    throw e;
                }
                Duration wait = waitAfter(attempt);
                meters.attempt(operation);
                log.emit(Event.RETRY, "retry of " + spoken(operation) + " in " + wait.toMillis() + " ms",
                        Field.of("operation", spoken(operation)), Field.of("attempt", attempt + 1),
                        Field.of("reason", e.getMessage()));
                ticker.sleep(wait);
            }
        }
    }

    /** The wait after this many failed tries, at least one: for a loop that retries for ever. */
    public Duration waitAfter(int failures) {
        return Duration.ofMillis(waitsMillis.apply(failures));
    }

    private static String spoken(RetryMeters.Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }
}
