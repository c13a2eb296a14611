package dev.falcon.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A worker with two processors and one line before them, in simulated time: requests come when they are told to, and are
 * admitted while fewer are in flight than the limit says. For use by one thread.
 */
final class SimulatedServer {

    static final int PROCESSORS = 2;
    static final double SECOND = 1e9;

    /** A request that was asked: when, how long it waited in all, and whether it was refused. */
    record Ending(long atNanos, long latencyNanos, boolean refused) {}

    private record Event(long atNanos, long order, Runnable what) {}

    private record Waiting(long sinceNanos, long computeNanos, @Nullable Runnable whenDone) {}

    private final Random random = new Random(20261126);
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.atNanos() != b.atNanos() ? Long.compare(a.atNanos(), b.atNanos())
                    : Long.compare(a.order(), b.order()));
    private final Deque<Waiting> line = new ArrayDeque<>();
    private final List<Ending> endings = new ArrayList<>();
    private final @Nullable AdaptiveLimit adaptive;
    private final LongToIntFunction limit;
    private int busy;
    private int inFlight;
    private long now;
    private long order;

    SimulatedServer(AdaptiveLimit adaptive) {
        this.adaptive = adaptive;
        this.limit = adaptive::limit;
    }

    SimulatedServer(int fixedLimit) {
        this.adaptive = null;
        this.limit = nowNanos -> fixedLimit;
    }

    List<Ending> endings() {
        return endings;
    }

    private void at(long nanos, Runnable what) {
        events.add(new Event(nanos, order++, what));
    }

    /** Requests come at random, so many a second, in this span of seconds; of them a share is cached. */
    void openLoop(double fromSeconds, double toSeconds, double rate, double computeMillis, double cachedShare) {
        double at = fromSeconds;
        while (true) {
            at -= Math.log(1 - random.nextDouble()) / rate;
            if (at >= toSeconds) {
                return;
            }
            boolean cached = random.nextDouble() < cachedShare;
            long compute = cached ? 0 : (long) (computeMillis * 1e6 * (0.5 + random.nextDouble()));
            at((long) (at * SECOND), () -> arrive(compute, null));
        }
    }

    void burst(double atSeconds, int requests, double computeMillis) {
        for (int i = 0; i < requests; i++) {
            at((long) (atSeconds * SECOND), () -> arrive((long) (computeMillis * 1e6), null));
        }
    }

    /** Clients that each ask again when they are answered, and a second or three after they were refused. */
    void closedLoop(double fromSeconds, double toSeconds, int clients, double computeMillis) {
        for (int i = 0; i < clients; i++) {
            at((long) (fromSeconds * SECOND), () -> ask(toSeconds, computeMillis));
        }
    }

    private void ask(double untilSeconds, double computeMillis) {
        if (now < untilSeconds * SECOND) {
            boolean admitted = arrive((long) (computeMillis * 1e6 * (0.5 + random.nextDouble())),
                    () -> ask(untilSeconds, computeMillis));
            if (!admitted) {
                at(now + (long) ((1 + 2 * random.nextDouble()) * SECOND), () -> ask(untilSeconds, computeMillis));
            }
        }
    }

    private boolean arrive(long computeNanos, @Nullable Runnable whenDone) {
        if (inFlight >= limit.applyAsInt(now)) {
            if (adaptive != null) {
                adaptive.refused(now);
            }
            endings.add(new Ending(now, 0, true));
            return false;
        }
        if (adaptive != null) {
            adaptive.admitted();
        }
        inFlight++;
        Waiting request = new Waiting(now, computeNanos, whenDone);
        if (computeNanos == 0) {
            at(now + 50_000, () -> end(request));
        } else if (busy < PROCESSORS) {
            run(request);
        } else {
            line.addLast(request);
        }
        return true;
    }

    private void run(Waiting request) {
        busy++;
        long waited = now - request.sinceNanos();
        at(now + request.computeNanos(), () -> {
            busy--;
            if (adaptive != null) {
                adaptive.computed(waited, request.computeNanos(), now);
            }
            end(request);
            Waiting next = line.pollFirst();
            if (next != null) {
                run(next);
            }
        });
    }

    private void end(Waiting request) {
        inFlight--;
        endings.add(new Ending(request.sinceNanos(), now - request.sinceNanos(), false));
        if (request.whenDone() != null) {
            at(now, request.whenDone());
        }
    }

    void run() {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            now = event.atNanos();
            event.what().run();
        }
    }

    private List<Ending> between(double fromSeconds, double toSeconds) {
        return endings.stream()
                .filter(each -> each.atNanos() >= fromSeconds * SECOND && each.atNanos() < toSeconds * SECOND)
                .toList();
    }

    long refused(double fromSeconds, double toSeconds) {
        return between(fromSeconds, toSeconds).stream().filter(Ending::refused).count();
    }

    /** Answers a second to requests that came in this span. */
    double goodput(double fromSeconds, double toSeconds) {
        return (between(fromSeconds, toSeconds).size() - refused(fromSeconds, toSeconds)) / (toSeconds - fromSeconds);
    }

    /** Of the answered. */
    double p99Millis(double fromSeconds, double toSeconds) {
        long[] latencies = between(fromSeconds, toSeconds).stream()
                .filter(each -> !each.refused())
                .mapToLong(Ending::latencyNanos)
                .sorted()
                .toArray();
        return latencies[(int) (latencies.length * 0.99)] / 1e6;
    }
}
