package dev.falcon.telemetry;

/** States of a circuit breaker, in the order of the gauge's values 0, 1 and 2. */
public enum BreakerState {
    CLOSED,
    OPEN,
    HALF_OPEN
}
