package dev.falcon.resilience;

import dev.falcon.config.Settings;
import java.time.Duration;

/**
 * When a dependency is given up and taken back.
 *
 * @param failureThreshold failures in a row that open the breaker
 * @param openTimeout how long it stays open before trials, before jitter
 * @param halfOpenAttempts trials that must succeed in a row to close it
 * @param slowAfter a call that takes longer counts as a failure, whatever it brought
 */
public record GuardPolicy(int failureThreshold, Duration openTimeout, int halfOpenAttempts, Duration slowAfter) {

    /** The settings' policy for a dependency whose operations may take this long. */
    public static GuardPolicy of(Settings.Breaker settings, Duration operationTimeout) {
        return new GuardPolicy(settings.failureThreshold(), settings.timeout(), settings.halfOpenAttempts(),
                operationTimeout);
    }
}
