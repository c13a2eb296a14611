package dev.falcon.proving.measure;

import dev.falcon.testing.Cleanup;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What measurements stand on: workers as users start them, a Redis and a PostgreSQL of their own, and a folder that goes
 * away with it all. Used by one thread.
 */
public final class Bench implements AutoCloseable {

    private final Path root;
    private final Path folder;
    private final Effort effort;
    private final List<AutoCloseable> started = new ArrayList<>();
    private @Nullable RealRedis redis;
    private @Nullable RealPostgres postgres;
    private int workers;

    /** @param root of the repository, where {@code bin/falcon} is */
    public Bench(Path root, Effort effort) throws IOException {
        this.root = root;
        this.folder = Files.createTempDirectory("falcon-measure");
        this.effort = effort;
    }

    public Effort effort() {
        return effort;
    }

    /** Of the repository. */
    Path root() {
        return root;
    }

    /** Where files may be put that go away with the bench. */
    public Path folder() {
        return folder;
    }

    /**
     * Starts a worker by {@code bin/falcon}, with these settings beside the defaults and without an AOT cache. It serves the
     * linear model unless they say another one: what Falcon itself costs is seen beside microseconds only.
     */
    public Server worker(Map<String, String> settings) throws IOException, InterruptedException {
        Path home = Files.createDirectories(folder.resolve("worker-" + ++workers));
        Map<String, String> environment = new TreeMap<>(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOST",
                "127.0.0.1", "PORT", "0", "WORKER_ID", "worker-" + workers, "INFERENCE_LOG_PATH",
                home.resolve("inference.db").toString(), "INFERENCE_LOG_SPOOL_DIR", home.resolve("spool").toString(),
                "JAVA25_HOME", System.getProperty("java.home"), "JAVA_OPTS", "-XX:AOTMode=off"));
        environment.put("DEFAULT_MODEL", "sentiment-linear");
        environment.putAll(settings);
        return opened(Server.start(List.of(root.resolve("bin").resolve("falcon").toString(), "serve"), environment,
                home));
    }

    /** Starts the server that answers nothing but this, with the flags that this worker runs with. */
    public Server constant(Server worker, String body) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        for (String word : worker.commandLine()) {
            if (word.equals("-jar")) {
                break;
            }
            // The AOT cache is one of the worker's jar alone.
            if (!word.startsWith("-XX:AOT")) {
                command.add(word);
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ConstantServer.class.getName(), body));
        return opened(Server.start(command, Map.of(), folder));
    }

    /** Settings that lead a worker to this bench's Redis. */
    public Map<String, String> redis() {
        RealRedis running = redis;
        if (running == null) {
            running = RealRedis.started();
            redis = running;
        }
        return Map.of("REDIS_HOST", running.host(), "REDIS_PORT", Integer.toString(running.port()));
    }

    /** Settings that lead a worker to this bench's PostgreSQL. */
    public Map<String, String> postgres() {
        RealPostgres running = database();
        return Map.of("POSTGRES_HOST", running.host(), "POSTGRES_PORT", Integer.toString(running.port()),
                "POSTGRES_PASSWORD", RealPostgres.PASSWORD);
    }

    /** This bench's PostgreSQL. */
    public RealPostgres database() {
        RealPostgres running = postgres;
        if (running == null) {
            running = RealPostgres.start();
            postgres = running;
        }
        return running;
    }

    /** A look at what a server uses, until the bench is closed. */
    public UsageMeter meter(Server server) throws IOException {
        return opened(UsageMeter.of(server.pid()));
    }

    private <T extends AutoCloseable> T opened(T resource) {
        started.addFirst(resource);
        return resource;
    }

    @Override
    public void close() throws IOException {
        Cleanup.close(started.toArray(AutoCloseable[]::new));
        Cleanup.close(redis, postgres);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
