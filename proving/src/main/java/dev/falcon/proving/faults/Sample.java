package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;

/**
 * A scrape of a worker.
 *
 * @param redis state of its breaker: 0 closed, 1 open, 2 half-open
 * @param unbalanced what is wrong with the books, empty where they balance
 */
record Sample(int worker, long nanos, int redis, int postgres, long pending, long dropped, String unbalanced) {

    static final int CLOSED = 0;
    static final int OPEN = 1;

    int state(Dependency dependency) {
        return switch (dependency) {
            case REDIS -> redis;
            case POSTGRES -> postgres;
        };
    }
}
