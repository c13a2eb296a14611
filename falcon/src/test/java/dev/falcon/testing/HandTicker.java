package dev.falcon.testing;

import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only by hand: a sleep moves it on and returns at once. Safe for use by several threads. */
public final class HandTicker implements Ticker {

    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    private final List<Duration> sleeps = new CopyOnWriteArrayList<>();

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    /** What was slept, in order. */
    public List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public void sleep(Duration duration) {
        sleeps.add(duration);
        advance(duration);
    }
}
