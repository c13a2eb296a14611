package dev.falcon.testing;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks a worker for one new text after the other, at an even pace, without ever asking again. A few callers, each on a
 * connection of its own, take turns; a caller whose turn comes late asks at once. Safe for use by many threads.
 */
public final class SteadyLoad implements AutoCloseable {

    private static final int CALLERS = 4;
    private static final int KEY_EVERY = 5;

    /**
     * A request and what became of it.
     *
     * @param key its idempotency key; every fifth request has one
     * @param status 0 where there was no answer
     * @param failure null where there was an answer
     */
    public record Sent(String requestId, @Nullable String key, long sentNanos, long endedNanos, int status,
            boolean withoutIdempotency, boolean closes, @Nullable String failure) {

        /** Whether nobody listened. */
        public boolean refused() {
            return "refused".equals(failure);
        }

        public boolean ok() {
            return status == 200;
        }

        public double millis() {
            return (endedNanos - sentNanos) / 1e6;
        }
    }

    private final WorkerProcess worker;
    private final String prefix;
    private final long gapNanos;
    private final long startNanos = Ticker.system().nanos();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final List<Thread> callers = new ArrayList<>();
    private volatile boolean stopping;

    private SteadyLoad(WorkerProcess worker, String prefix, int perSecond) {
        this.worker = worker;
        this.prefix = prefix;
        this.gapNanos = Duration.ofSeconds(1).toNanos() / perSecond;
        for (int caller = 0; caller < CALLERS; caller++) {
            int first = caller;
            callers.add(Thread.ofVirtual().name("caller-" + caller).start(() -> call(first)));
        }
    }

    /** Begins. Request ids and texts begin with the prefix, which no other load on this worker may have. */
    public static SteadyLoad on(WorkerProcess worker, String prefix, int perSecond) {
        return new SteadyLoad(worker, prefix, perSecond);
    }

    /** How many requests have ended. */
    public int ended() {
        return ended.get();
    }

    /** All that have ended, in the order of their ends. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Those that were sent at or after this moment. */
    public List<Sent> sentSince(long nanos) {
        return sent.stream().filter(each -> each.sentNanos() - nanos >= 0).toList();
    }

    /** The middle of their latencies in milliseconds. */
    public static double medianMillis(List<Sent> some) {
        List<Double> sorted = some.stream().map(Sent::millis).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** Ends it, once what is under way has ended too, and returns everything. */
    public List<Sent> stop() {
        stopping = true;
        try {
            for (Thread caller : callers) {
                caller.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sent();
    }

    @Override
    public void close() {
        stopping = true;
        callers.forEach(Thread::interrupt);
        stop();
    }

    private void call(int first) {
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int number = first; !stopping; number += CALLERS) {
                long due = startNanos + number * gapNanos;
                Ticker.system().sleep(Duration.ofNanos(due - Ticker.system().nanos()));
                if (!stopping) {
                    sent.add(ask(client, number));
                    ended.incrementAndGet();
                }
            }
            client.shutdownNow();
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    private Sent ask(HttpClient client, int number) throws InterruptedException {
        String id = prefix + "-" + number;
        String key = number % KEY_EVERY == 0 ? "key-" + id : null;
        String text = "A lovely day, and a new thing to say about it each time: " + id;
        long start = Ticker.system().nanos();
        try {
            WorkerReply reply = WorkerReply.of(client.send(key == null
                    ? worker.inference(text, "X-Request-ID", id)
                    : worker.inference(text, "X-Request-ID", id, "Idempotency-Key", key),
                    HttpResponse.BodyHandlers.ofByteArray()));
            return new Sent(id, key, start, Ticker.system().nanos(), reply.status(),
                    reply.header("Idempotency-Status").equals("unavailable"),
                    reply.header("Connection").equalsIgnoreCase("close"),
                    reply.status() == 200 ? null : reply.toString());
        } catch (ConnectException e) {
            return new Sent(id, key, start, Ticker.system().nanos(), 0, false, false, "refused");
        } catch (IOException e) {
            return new Sent(id, key, start, Ticker.system().nanos(), 0, false, false, e.toString());
        }
    }
}
