package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The mixed load on both workers, open loop, half of it on each; nothing is asked twice. What is due while a worker is
 * known to be gone is sent to the other one, as a balancer does. Safe for use by many threads.
 */
final class Traffic implements AutoCloseable {

    static final double PER_SECOND = 200;
    private static final int CALLERS = 96;
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(40);
    private static final long LONGEST_SLEEP_NANOS = 50_000_000;
    private static final int GONE = -1;

    private final List<Endpoint> workers;
    private final Ticker ticker = Ticker.system();
    private final long startNanos = ticker.nanos();
    private final AtomicLong next = new AtomicLong();
    /** Which life of a worker to talk to, or {@link #GONE}. */
    private final AtomicIntegerArray lives;
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();
    private volatile boolean stopping;

    private Traffic(List<Integer> ports) {
        workers = ports.stream().map(Endpoint::new).toList();
        lives = new AtomicIntegerArray(ports.size());
    }

    /** Begins, on two workers. */
    static Traffic on(List<Integer> ports) {
        Traffic traffic = new Traffic(ports);
        for (int i = 0; i < CALLERS; i++) {
            traffic.callers.add(Thread.ofVirtual().name("caller-" + i).start(traffic::call));
        }
        return traffic;
    }

    /** Sends nothing more to it. */
    void leave(int worker) {
        lives.set(worker, GONE);
    }

    /** Sends to it again, on new connections. */
    void comeBack(int worker, int life) {
        lives.set(worker, life);
    }

    /** Everything that has ended so far. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** Asks nothing new, and returns how many were asked once all of them have ended. */
    long stop() throws InterruptedException {
        stopping = true;
        for (Thread caller : callers) {
            caller.join();
        }
        return asked.size();
    }

    @Override
    public void close() {
        stopping = true;
        callers.forEach(Thread::interrupt);
    }

    /** One caller's connections, one to each worker's present life. */
    private final class Wires implements AutoCloseable {
        private final List<Wire> wires = workers.stream().map(worker -> new Wire(worker, READ_TIMEOUT)).toList();
        private final int[] seen = new int[workers.size()];

        Wire to(int worker, int life) {
            if (seen[worker] != life) {
                wires.get(worker).close();
                seen[worker] = life;
            }
            return wires.get(worker);
        }

        @Override
        public void close() {
            wires.forEach(Wire::close);
        }
    }

    private void call() {
        try (Wires wires = new Wires()) {
            while (!stopping) {
                long number = next.getAndIncrement();
                long due = startNanos + (long) (number * 1e9 / PER_SECOND);
                if (isDue(due)) {
                    ask(wires, number, due);
                }
            }
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    /** Waits until then; false where the load ends before. */
    private boolean isDue(long due) throws InterruptedException {
        for (long wait = due - ticker.nanos(); wait > 0; wait = due - ticker.nanos()) {
            if (stopping) {
                return false;
            }
            ticker.sleep(Duration.ofNanos(Math.min(wait, LONGEST_SLEEP_NANOS)));
        }
        return true;
    }

    private void ask(Wires wires, long number, long due) {
        int worker = target(number);
        try {
            Wire.Reply reply = wires.to(worker, lives.get(worker)).ask(request(number, workers.get(worker)));
            asked.add(new Asked(number, worker, due, ticker.nanos(), reply.status(),
                    reply.says("Idempotent-Replayed", "true"), reply.says("Idempotency-Status", "unavailable"), ""));
        } catch (IOException e) {
            asked.add(new Asked(number, worker, due, ticker.nanos(), 0, false, false, e.toString()));
        }
    }

    /** Both in turn, such that a key is repeated on the worker that did not see it first. */
    private int target(long number) {
        int worker = (int) ((number / 10 + number) % 2);
        return lives.get(worker) == GONE ? 1 - worker : worker;
    }

    private static byte[] request(long number, Endpoint worker) {
        Kind kind = Kind.of(number);
        long original = kind.original(number);
        String headers = "X-Request-ID: " + Asked.requestId(number) + "\r\n";
        String text = "A lovely day, and a new thing to say about it each time: " + original;
        return switch (kind) {
            case MALFORMED -> worker.infer("fine\",\"unknown\":\"field", headers);
            case KEYED, KEYED_AGAIN -> worker.infer(text, headers + "Idempotency-Key: fault-run-" + original + "\r\n");
            case REPEATED, FRESH -> worker.infer(text, headers);
        };
    }
}
