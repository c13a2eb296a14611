package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.json.MalformedJson;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import dev.falcon.testing.MetricsPage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process under measurement that says {@code "event":"ready"} with its port when it is ready. Killed by
 * {@link #close()}, and with this JVM. Used by one thread.
 */
public final class Server implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Process process;
    private final Thread atExit;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final int readyPort;

    private Server(Process process, String name) throws IOException, InterruptedException {
        this.process = process;
        this.atExit = new Thread(process::destroyForcibly, "server-at-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        // Reading a pipe holds a carrier, and the load's virtual threads need all of them: three servers that said nothing stopped it.
        Thread.ofPlatform().daemon().name("server-output").start(this::read);
        try {
            readyPort = port.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new IOException(name + " did not start: " + e.getMessage(), e);
        }
    }

    /** Starts a command with nothing but this environment, and returns when it is ready. */
    public static Server start(List<String> command, Map<String, String> environment, Path folder)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Server(builder.start(), command.getFirst());
    }

    /** Reads on to the end, so that the process never blocks on its output. */
    private void read() {
        StringBuilder before = new StringBuilder();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!port.isDone()) {
                    before.append('\n').append(line);
                    look(line);
                }
            }
            port.completeExceptionally(new IOException("it ended:" + before));
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
    }

    private void look(String line) {
        try {
            Map<?, ?> fields = Json.read(line.getBytes(StandardCharsets.UTF_8), Map.class);
            if ("ready".equals(fields.get("event")) && fields.get("port") instanceof Number number) {
                port.complete(number.intValue());
            }
        } catch (MalformedJson e) {
            // One of the JVM's own lines; kept for the case that it never gets ready.
            return;
        }
    }

    /** Where it listens. */
    public Endpoint endpoint() {
        return new Endpoint(readyPort);
    }

    public long pid() {
        return process.pid();
    }

    /** A page, such as {@code /metrics}. */
    public String page(String path) throws IOException {
        return page(endpoint(), path);
    }

    /** A page of any worker. */
    static String page(Endpoint endpoint, String path) throws IOException {
        try (Wire wire = new Wire(endpoint, Duration.ofSeconds(10))) {
            return wire.ask(endpoint.get(path)).body();
        }
    }

    /** The body of its answer to a text. */
    public String answer(String text) throws IOException {
        try (Wire wire = new Wire(endpoint(), Duration.ofSeconds(10))) {
            Wire.Reply reply = wire.ask(endpoint().infer(text, ""));
            if (reply.status() != 200) {
                throw new IOException("answered " + reply.status() + ": " + reply.body());
            }
            return reply.body();
        }
    }

    /** Waits until no record is on its way to the database any more; false if some still are after this time. */
    public boolean awaitWritten(Duration patience) throws IOException, InterruptedException {
        return awaitWritten(endpoint(), patience);
    }

    /** The same of any worker. */
    static boolean awaitWritten(Endpoint endpoint, Duration patience) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        long endNanos = ticker.nanos() + patience.toNanos();
        // Each look costs the worker a scrape, so they get rarer.
        Duration pause = Duration.ofMillis(100);
        while (new MetricsPage(page(endpoint, "/metrics")).count("inference_log_pending") > 0) {
            if (endNanos - ticker.nanos() <= 0) {
                return false;
            }
            ticker.sleep(pause);
            pause = pause.multipliedBy(2);
        }
        return true;
    }

    /** Records that were dropped since the start. */
    public long dropped() throws IOException {
        return dropped(endpoint());
    }

    /** The same of any worker. */
    static long dropped(Endpoint endpoint) throws IOException {
        return new MetricsPage(page(endpoint, "/metrics")).count("dropped_logs_total");
    }

    /** The command line it runs with, the program first. */
    public List<String> commandLine() throws IOException {
        String line = java.nio.file.Files.readString(Path.of("/proc", Long.toString(pid()), "cmdline"));
        return List.of(line.split("\0"));
    }

    /** Asks it to end in good order, and returns when it has. */
    public void terminate() throws IOException, InterruptedException {
        // Not Process.destroy(): that would also close the pipe that it still writes to.
        process.toHandle().destroy();
        if (!process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("it did not end when it was asked to");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway.
            return;
        }
    }
}
