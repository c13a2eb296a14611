package dev.falcon.proving.load;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Requests to one endpoint over a fixed number of connections, without ever asking twice. Open loop: request n is due n
 * gaps after the start, whatever became of those before it; while all connections are busy it waits, and that counts as
 * its latency. Closed loop: each connection asks again as soon as it has its answer. Safe for use by many threads.
 */
public final class Load implements AutoCloseable {

    /**
     * How to ask.
     *
     * @param perSecond open loop at this rate; 0 for a closed loop
     * @param readTimeout after which an answer is given up
     */
    public record Plan(int connections, double perSecond, Duration readTimeout) {

        /** Open loop with a read time-out of 40 s, which is more than any deadline of a worker's. */
        public static Plan open(int connections, double perSecond) {
            return new Plan(connections, perSecond, Duration.ofSeconds(40));
        }

        /** Closed loop with the same time-out. */
        public static Plan closed(int connections) {
            return new Plan(connections, 0, Duration.ofSeconds(40));
        }
    }

    /** So that a stop is noticed soon. */
    private static final long LONGEST_SLEEP_NANOS = 50_000_000;

    private final Endpoint endpoint;
    private final Plan plan;
    private final Caller caller;
    private final Ticker ticker;
    private final long startNanos;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    private Load(Endpoint endpoint, Plan plan, Caller caller, Ticker ticker) {
        this.endpoint = endpoint;
        this.plan = plan;
        this.caller = caller;
        this.ticker = ticker;
        this.startNanos = ticker.nanos();
    }

    /** Begins. */
    public static Load start(Endpoint endpoint, Plan plan, Caller caller) {
        Load load = new Load(endpoint, plan, caller, Ticker.system());
        for (int i = 0; i < plan.connections(); i++) {
            load.threads.add(Thread.ofVirtual().name("load-" + i).start(load::run));
        }
        return load;
    }

    /** How many requests have been sent, or tried. */
    public long asked() {
        return asked.get();
    }

    /** Asks nothing new, and returns when everything under way has ended. */
    public void stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(Thread::interrupt);
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (Wire wire = new Wire(endpoint, plan.readTimeout())) {
            while (!stopping) {
                if (plan.perSecond() == 0) {
                    ask(wire, next.getAndIncrement(), ticker.nanos());
                } else {
                    askWhenDue(wire);
                }
            }
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    /** Takes a number before it is due, so that of many idle connections only one wakes for it. */
    private void askWhenDue(Wire wire) throws InterruptedException {
        long number = next.getAndIncrement();
        long due = startNanos + (long) (number * 1e9 / plan.perSecond());
        for (long wait = due - ticker.nanos(); wait > 0; wait = due - ticker.nanos()) {
            if (stopping) {
                return;
            }
            ticker.sleep(Duration.ofNanos(Math.min(wait, LONGEST_SLEEP_NANOS)));
        }
        ask(wire, number, due);
    }

    private void ask(Wire wire, long number, long dueNanos) {
        asked.incrementAndGet();
        byte[] request = caller.request(number);
        long sent = ticker.nanos();
        try {
            Wire.Reply reply = wire.ask(request);
            caller.ended(new Ending(number, dueNanos, sent, ticker.nanos(), reply.status(), null), reply);
        } catch (IOException e) {
            caller.ended(new Ending(number, dueNanos, sent, ticker.nanos(), 0, e.toString()), null);
        }
    }
}
