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

    private static final Map<String, String> JVM =
            Map.of("JAVA25_HOME", System.getProperty("java.home"), "JAVA_OPTS", "-XX:AOTMode=off");

    private final Path root;
    private final Path folder;
    private final Effort effort;
    private final List<AutoCloseable> started = new ArrayList<>();
    private @Nullable RealRedis redis;
    private @Nullable RealPostgres postgres;
    private @Nullable Pinning pinning;
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
     * Keeps this process to a processor of its own and the servers that are started from now on to another; both use what
     * they are given where the machine cannot do that.
     *
     * @return what to say behind a row's name: nothing, or that it is not pinned
     */
    String keepApart() throws InterruptedException {
        try {
            pinning = opened(Pinning.held());
            return "";
        } catch (IOException e) {
            return ", not pinned (" + e.getMessage() + ")";
        }
    }

    private Server server(List<String> command, Map<String, String> environment, Path home)
            throws IOException, InterruptedException {
        return opened(Server.start(pinning == null ? command : pinning.apart(command), environment, home));
    }

    /** The tree of the models that are shipped. */
    Path models() {
        return root.resolve("models");
    }

    /** The folder of one of them. */
    Path model(String name) {
        return models().resolve(name).resolve("1");
    }

    /** Runs the JVM of the workers to its end, where servers run. */
    void java(List<String> words) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(words);
        Tool.run(pinning == null ? command : pinning.apart(command));
    }

    /** Runs a command of {@code bin/falcon} to its end, with these settings. */
    void falcon(List<String> words, Map<String, String> settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher()));
        command.addAll(words);
        Map<String, String> environment = new TreeMap<>(JVM);
        environment.putAll(settings);
        Tool.run(command, environment);
    }

    private String launcher() {
        return root.resolve("bin").resolve("falcon").toString();
    }

    /**
     * Starts a worker by {@code bin/falcon}, with these settings beside the defaults and without an AOT cache. It serves
     * the linear model alone where they say nothing else.
     */
    public Server worker(Map<String, String> settings) throws IOException, InterruptedException {
        Path home = Files.createDirectories(folder.resolve("worker-" + ++workers));
        Map<String, String> environment = new TreeMap<>(JVM);
        environment.putAll(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "HOST", "127.0.0.1", "PORT", "0", "WORKER_ID",
                "worker-" + workers, "MODEL_PATH", model("sentiment-linear").toString(), "INFERENCE_LOG_PATH",
                home.resolve("inference.db").toString(), "INFERENCE_LOG_SPOOL_DIR", home.resolve("spool").toString()));
        environment.putAll(settings);
        return server(List.of(launcher(), "serve"), environment, home);
    }

    /** Starts the server that answers nothing but this, with the flags that this worker runs with. */
    public Server constant(Server worker, String body) throws IOException, InterruptedException {
        return beside(worker, ConstantServer.class, body);
    }

    /** Starts a server of ours with the flags that this worker runs with. */
    Server beside(Server worker, Class<?> program, String argument) throws IOException, InterruptedException {
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
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName(), argument));
        return server(command, Map.of(), folder);
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
