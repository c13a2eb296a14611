package dev.falcon.testing;

import static org.awaitility.Awaitility.await;

import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What a process writes to one of its streams, read by a thread of its own so that the process never blocks on it. Keeps
 * the first {@value #MAX_LINES} lines. Safe for use by many threads.
 */
public final class WorkerLog {

    static final int MAX_LINES = 5000;

    /** One JSON object of the log. */
    public record Line(Map<?, ?> fields) {

        /** A field as text, empty where there is none. */
        public String text(String name) {
            Object value = fields.get(name);
            return value == null ? "" : value.toString();
        }

        public String message() {
            return text("message");
        }

        public long number(String name) {
            return fields.get(name) instanceof Number number ? number.longValue() : fail(name);
        }

        private long fail(String name) {
            throw new AssertionError("no number " + name + " in " + fields);
        }
    }

    private final List<String> raw = new CopyOnWriteArrayList<>();
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final List<String> plain = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    WorkerLog(InputStream stream) {
        Thread.ofVirtual().name("worker-log").start(() -> read(stream));
    }

    private void read(InputStream stream) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (raw.size() < MAX_LINES) {
                    add(line);
                }
            }
        } catch (IOException e) {
            // The process was ended while it wrote.
            plain.add("(cut off: " + e.getMessage() + ")");
        } finally {
            ended.countDown();
        }
    }

    private void add(String line) {
        raw.add(line);
        try {
            lines.add(new Line(Json.read(line.getBytes(StandardCharsets.UTF_8), Map.class)));
        } catch (MalformedJson e) {
            plain.add(line);
        }
    }

    /** Lines that are JSON objects. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /** Lines that are none: the JVM's own. */
    public List<String> plain() {
        return List.copyOf(plain);
    }

    /** Lines of one event, in the order they were written. */
    public List<Line> of(String event) {
        return lines.stream().filter(line -> line.text("event").equals(event)).toList();
    }

    /** Waits for a further line of an event than this many, and returns it. */
    public Line awaitNext(String event, int known) {
        await("a line of " + event).atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> of(event).size() > known);
        return of(event).get(known);
    }

    /** Waits until the stream has ended, so that nothing is missing. */
    WorkerLog ended() throws InterruptedException {
        if (!ended.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the worker is gone but its output has not ended");
        }
        return this;
    }

    /** Everything, for messages of failed tests. */
    @Override
    public String toString() {
        return String.join("\n", raw);
    }
}
