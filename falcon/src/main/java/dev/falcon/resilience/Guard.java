package dev.falcon.resilience;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.BreakerState;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.GuardMeters;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Stands before one dependency: lets calls through while it works, refuses them at once while it does not, and finds out
 * by a background probe when it works again. Not available until a first probe has succeeded, so that a worker starts
 * without its dependencies. Safe for use by many threads; a request never waits here.
 *
 * <p>The probe runs on one daemon thread of the platform's own, not a virtual one: a worker short of CPU must not take
 * its own slowness for the dependency's.
 */
public final class Guard implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private final Dependency dependency;
    private final Duration slowAfter;
    private final Ticker ticker;
    private final GuardMeters meters;
    private final Breaker breaker;
    private final OutageLog outages;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stopping;
    private @Nullable Thread prober;

    public Guard(Dependency dependency, GuardPolicy policy, GuardMeters meters, Ticker ticker) {
        this(dependency, policy, meters, ticker, RandomGenerator.getDefault());
    }

    Guard(Dependency dependency, GuardPolicy policy, GuardMeters meters, Ticker ticker, RandomGenerator random) {
        this.dependency = dependency;
        this.slowAfter = policy.slowAfter();
        this.meters = meters;
        this.ticker = ticker;
        this.breaker = new Breaker(policy, random, ticker.nanos());
        this.outages = new OutageLog(dependency, ticker);
        meters.state(BreakerState.OPEN);
    }

    /**
     * Starts the background probe; once.
     *
     * @param probe connects where needed and does one real, bounded piece of work; returns normally if the dependency did
     *        it in time, and throws with the reason as message if it did not. It judges by itself what is too slow:
     *        connecting may take longer than an operation.
     */
    public void start(Callable<?> probe) {
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name(dependency.wireName() + "-probe")
                .unstarted(() -> probeUntilClosed(probe));
        lock.lock();
        try {
            if (prober != null || stopping) {
                throw new IllegalStateException("a guard is started once, before it is closed");
            }
            prober = thread;
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    /** Leave for one call, or null if the dependency is given up for now. Costs nanoseconds. */
    public @Nullable Permit tryEnter() {
        long era = breaker.enter();
        return era == Breaker.NO_ERA ? null : new Permit(this, era, ticker.nanos());
    }

    /** Whether calls are let through: for readiness. */
    public boolean isAvailable() {
        return breaker.enter() != Breaker.NO_ERA;
    }

    public BreakerState state() {
        return breaker.state();
    }

    /** Asks for a probe at once, for instance because the connection was lost. An open breaker keeps its time. */
    public void probeSoon() {
        breaker.probeSoon(ticker.nanos());
        wakeProber();
    }

    /** Stops the probe. Calls are let through or refused as before. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
            running = prober;
        } finally {
            lock.unlock();
        }
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void callSucceeded(long era, long startNanos) {
        long now = ticker.nanos();
        String slow = slowness(now - startNanos);
        if (slow != null) {
            callFailed(era, slow);
            return;
        }
        meters.success();
        report(breaker.callEnded(era, true, now), "");
    }

    void callFailed(long era, String reason) {
        meters.failure();
        Breaker.Change change = breaker.callEnded(era, false, ticker.nanos());
        report(change, reason);
        if (change != null) {
            wakeProber();
        }
    }

    /** Runs the probe if it is due, on the calling thread. */
    void probeIfDue(Callable<?> probe) throws InterruptedException {
        if (breaker.untilProbeNanos(ticker.nanos()) > 0) {
            return;
        }
        report(breaker.beginProbe(), "");
        long era = breaker.probeEra();
        String failure = failureOf(probe);
        long now = ticker.nanos();
        if (failure == null) {
            meters.success();
        } else {
            meters.failure();
        }
        report(breaker.probeEnded(era, failure == null, now), failure == null ? "" : failure);
        if (failure != null && breaker.state() == BreakerState.OPEN) {
            outages.unavailable(failure);
        }
    }

    private static @Nullable String failureOf(Callable<?> probe) throws InterruptedException {
        try {
            probe.call();
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) {
            if (Thread.interrupted()) {
                // The end of this worker cut it short: that says nothing about the dependency.
                throw new InterruptedException();
            }
            // An Error too: a probe that ended for good would leave the breaker as it is for ever.
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        }
    }

    private @Nullable String slowness(long elapsedNanos) {
        return elapsedNanos <= slowAfter.toNanos()
                ? null
                : "slow: " + Duration.ofNanos(elapsedNanos).toMillis() + " ms, timeout " + slowAfter.toMillis() + " ms";
    }

    private void report(Breaker.@Nullable Change change, String reason) {
        if (change != null) {
            meters.state(change.to());
            outages.changed(change, reason);
        }
    }

    private void wakeProber() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void probeUntilClosed(Callable<?> probe) {
        try {
            while (!isStopping()) {
                probeIfDue(probe);
                lock.lockInterruptibly();
                try {
                    long wait = breaker.untilProbeNanos(ticker.nanos());
                    if (!stopping && wait > 0) {
                        changed.awaitNanos(wait);
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            // close() asked for the end.
            return;
        }
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }
}
