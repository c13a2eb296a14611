package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the front door at a steady rate, whatever becomes of the answers, and volleys besides. Each request has a connection
 * of its own and is asked once; however many hang, the next one is sent when it is due. Safe for use by many threads.
 */
final class DrillLoad implements AutoCloseable {

    static final int PER_SECOND = 100;
    /**
     * Of the steady load, one request in so many names no model and is the default one's. Not more: under overload a batcher
     * waits for one turn after the other, among requests that wait for theirs all at once, and of ten a second some would wait
     * until their deadline.
     */
    static final int DEFAULT_ASKED_ONCE_IN = 20;
    /**
     * What all others ask, volleys included, by name: it takes microseconds. Three workers, their stores and the load share a
     * machine of two cores, which the default model would fill.
     */
    static final Endpoint.Model BY_NAME = new Endpoint.Model("sentiment-linear");

    /** More than any deadline of a worker's, and than nginx's patience with two of them. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);
    private static final Pattern WORKER = Pattern.compile("\"worker_id\":\"([^\"]*)\"");
    /** So that a volley is under way for long enough to be seen. */
    private static final String LONG_TEXT = " which is neither good nor bad and goes on".repeat(80);

    private final Endpoint endpoint;
    private final String run;
    private final int distinctTexts;
    private final Ticker ticker = Ticker.system();
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final Queue<Thread> underWay = new ConcurrentLinkedQueue<>();
    private final AtomicLong inVolleys = new AtomicLong();
    private final AtomicLong volleyUnderWay = new AtomicLong();
    private final Thread pace = Thread.ofPlatform().name("load-pace").unstarted(this::keepPace);
    private volatile boolean stopping;

    private DrillLoad(int port, String run, int distinctTexts) {
        endpoint = new Endpoint(port);
        this.run = run;
        this.distinctTexts = distinctTexts;
    }

    /**
     * Begins.
     *
     * @param run request ids begin with it
     * @param distinctTexts 0: every text is new
     */
    static DrillLoad start(int port, String run, int distinctTexts) {
        DrillLoad load = new DrillLoad(port, run, distinctTexts);
        load.pace.start();
        return load;
    }

    /**
     * So many further requests at once; none while some of the last volley are under way, as workers would refuse them. Their
     * connections are opened before, so that the moment itself costs this generator little and the steady ones are not late.
     */
    void volley(int count) {
        if (volleyUnderWay.get() > 0) {
            return;
        }
        volleyUnderWay.set(count);
        List<Wire> wires = connected(count);
        long now = ticker.nanos();
        for (Wire wire : wires) {
            String id = run + "-v" + inVolleys.getAndIncrement();
            underWay.add(Thread.ofVirtual().start(() -> askInVolley(wire, id, now)));
        }
    }

    /** As many as can be opened; where that fails, each request tries by itself and tells why. */
    private List<Wire> connected(int count) {
        List<Wire> wires = new ArrayList<>(count);
        boolean reachable = true;
        for (int i = 0; i < count; i++) {
            Wire wire = new Wire(endpoint, READ_TIMEOUT);
            wires.add(wire);
            if (reachable) {
                try {
                    wire.open();
                } catch (IOException e) {
                    wire.close();
                    reachable = false;
                }
            }
        }
        return wires;
    }

    private void askInVolley(Wire wire, String id, long due) {
        try {
            ask(wire, new Question(id, id + LONG_TEXT, false), due, false);
        } finally {
            volleyUnderWay.decrementAndGet();
        }
    }

    private void keepPace() {
        long started = ticker.nanos();
        try {
            for (long number = 0; !stopping; number++) {
                long due = started + number * 1_000_000_000L / PER_SECOND;
                ticker.sleep(Duration.ofNanos(due - ticker.nanos()));
                Question question = question(number);
                underWay.add(
                        Thread.ofVirtual().start(() -> ask(new Wire(endpoint, READ_TIMEOUT), question, due, true)));
                forget(number);
            }
        } catch (InterruptedException e) {
            // close() cut it short.
            return;
        }
    }

    /** A text, and whether the default model is to answer it or the one by name. */
    private record Question(String id, String text, boolean ofDefault) {}

    private Question question(long number) {
        long text = distinctTexts == 0 ? number : number % distinctTexts;
        return new Question(run + "-" + number, "a text of " + run + ", " + text, text % DEFAULT_ASKED_ONCE_IN == 0);
    }

    /** Threads that have ended are let go now and then. */
    private void forget(long number) {
        if (number % PER_SECOND == 0) {
            underWay.removeIf(thread -> !thread.isAlive());
        }
    }

    private void ask(Wire wire, Question question, long due, boolean steady) {
        String id = question.id();
        String headers = "Connection: close\r\nX-Request-ID: " + id + "\r\n";
        byte[] request = question.ofDefault()
                ? endpoint.infer(question.text(), headers)
                : endpoint.infer(question.text(), BY_NAME, headers);
        long sent = ticker.nanos();
        try (wire) {
            Wire.Reply reply = wire.ask(request);
            long ended = ticker.nanos();
            if (reply.status() == 200 && isByName(reply.body()) == question.ofDefault()) {
                throw new IOException("answered by another model than was asked: " + reply.body());
            }
            boolean saysWhen = reply.head().toLowerCase(Locale.ROOT).contains("\r\nretry-after:");
            Matcher worker = WORKER.matcher(reply.body());
            asked.add(new Asked(id, steady, due, sent, ended, reply.status(), saysWhen,
                    worker.find() ? worker.group(1) : "", ""));
        } catch (IOException e) {
            asked.add(new Asked(id, steady, due, sent, ticker.nanos(), 0, false, "", e.toString()));
        }
    }

    private static boolean isByName(String body) {
        return body.contains("\"model_name\":\"" + BY_NAME.name() + "\"");
    }

    /** Asks nothing new, waits for what is under way, and tells of all. */
    List<Asked> stop() throws InterruptedException {
        stopping = true;
        pace.join();
        for (Thread thread : underWay) {
            thread.join();
        }
        return new ArrayList<>(asked);
    }

    @Override
    public void close() {
        stopping = true;
        pace.interrupt();
        underWay.forEach(Thread::interrupt);
    }
}
