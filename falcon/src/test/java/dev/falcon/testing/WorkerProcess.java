package dev.falcon.testing;

import static org.awaitility.Awaitility.await;

import dev.falcon.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A worker that runs as a process of its own and is seen only from outside: through HTTP, its log, signals and its exit
 * status. Gone after {@link #close()}, and with this JVM. Safe for use by many threads.
 */
public final class WorkerProcess implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(40);
    private static final int EXIT_TIMEOUT_SECONDS = 40;

    private final Process process;
    private final WorkerLog log;
    private final WorkerLog errors;
    private final Thread atExit = new Thread(this::destroy, "worker-at-exit");
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private volatile int port;

    WorkerProcess(Process process) {
        this.process = process;
        this.log = new WorkerLog(process.getInputStream());
        this.errors = new WorkerLog(process.getErrorStream());
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    void awaitReady() {
        await("the worker is ready").atMost(START_TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !log.of("ready").isEmpty() || !process.isAlive());
        if (log.of("ready").isEmpty()) {
            throw new AssertionError("the worker did not start:\n" + log + "\n" + errors);
        }
        port = (int) log.of("ready").getFirst().number("port");
    }

    /** The port it said that it listens on. */
    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** Its standard output. */
    public WorkerLog log() {
        return log;
    }

    /** Its standard error. */
    public WorkerLog errors() {
        return errors;
    }

    /** Asks for one text; headers as name, value, name, value. */
    public WorkerReply infer(String text, String... headers) {
        try {
            return WorkerReply.of(client.send(inference(text, headers), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Sends a body of these members. */
    public WorkerReply infer(Map<String, ?> body) {
        return post("/infer", body);
    }

    /** Sends a body of these members to a path. */
    public WorkerReply post(String path, Map<String, ?> body) {
        try {
            return WorkerReply.of(client.send(HttpRequest.newBuilder(uri(path))
                    .timeout(REQUEST_TIMEOUT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
                    .build(), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Same, without waiting for the answer. */
    public CompletableFuture<WorkerReply> inferSoon(String text, String... headers) {
        return client.sendAsync(inference(text, headers), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(WorkerReply::of);
    }

    HttpRequest inference(String text, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("/infer"))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(Map.of("text", text))));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    public WorkerReply get(String path) {
        try {
            return WorkerReply.of(client.send(HttpRequest.newBuilder(uri(path)).timeout(REQUEST_TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public MetricsPage metrics() {
        return new MetricsPage(new String(get("/metrics").body(), StandardCharsets.UTF_8));
    }

    /** The sum of all series of a name that carry these labels, now. */
    public double metric(String name, String... labels) {
        return metrics().sum(name, labels);
    }

    /** Asks it to end in good order (SIGTERM). */
    public void sigterm() {
        signal("TERM");
    }

    /** Ends it at once (SIGKILL) and waits until it is gone. */
    public void sigkill() {
        destroy();
    }

    /** Stops it where it is (SIGSTOP). */
    public void sigstop() {
        signal("STOP");
    }

    /** Lets it go on (SIGCONT). */
    public void sigcont() {
        signal("CONT");
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end, and for all it wrote. */
    public int exitStatus() {
        try {
            if (!process.waitFor(EXIT_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the worker still runs:\n" + log + "\n" + errors);
            }
            log.ended();
            errors.ended();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted", e);
    }

    private void destroy() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        destroy();
        client.shutdownNow();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway.
            return;
        }
    }
}
