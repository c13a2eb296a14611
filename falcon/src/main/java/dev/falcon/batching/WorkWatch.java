package dev.falcon.batching;

import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends works whose deadline passes, and has those who wait long look whether their callers have left. One thread watches all of
 * them, until the earliest deadline and a quarter of a second at most, so that those who wait need no timer each: the JDK
 * has one thread for the timers of virtual threads, and would wake it twice for each request. Safe for use by many threads.
 */
final class WorkWatch {

    private static final Duration LOOK = Duration.ofMillis(250);

    private final Ticker ticker;
    private final ScheduledThreadPoolExecutor thread;
    private final Set<Work<?, ?>> works = ConcurrentHashMap.newKeySet();
    private @Nullable Future<?> planned;
    private long plannedNanos;

    WorkWatch(Ticker ticker) {
        this.ticker = ticker;
        this.thread = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("batcher-watch").factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Watches it from now on. */
    void add(Work<?, ?> work) {
        works.add(work);
        plan(work.remainingNanos());
    }

    /** Watches it no longer. */
    void remove(Work<?, ?> work) {
        works.remove(work);
    }

    private synchronized void plan(long nanos) {
        long inNanos = Math.clamp(nanos, 0, LOOK.toNanos());
        long atNanos = ticker.nanos() + inNanos;
        if (planned == null || atNanos - plannedNanos < 0) {
            if (planned != null) {
                planned.cancel(false);
            }
            plannedNanos = atNanos;
            planned = thread.schedule(this::look, inNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        synchronized (this) {
            planned = null;
        }
        long nearestNanos = LOOK.toNanos();
        boolean any = false;
        for (Work<?, ?> work : works) {
            work.look();
            if (!work.isDead()) {
                any = true;
                nearestNanos = Math.min(nearestNanos, work.remainingNanos());
            }
        }
        if (any) {
            plan(nearestNanos);
        }
    }

    /** Fails what is still under way, and looks at nothing any more. */
    void stop() {
        thread.shutdownNow();
        works.forEach(work -> work.failed(new IllegalStateException("the worker stopped")));
    }
}
