package dev.falcon.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a worker under test is started with: nothing of the environment around it, everything it writes below one folder,
 * any free port of the loopback, and the shipped model. For use by one thread.
 */
public final class WorkerSetup {

    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> javaOptions = new ArrayList<>();
    private boolean shipped;
    private List<String> jvmOptions = List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
            "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8");
    private List<String> program = List.of("dev.falcon.cli.Main", "serve");

    private WorkerSetup(Path folder) {
        this.folder = folder;
        with("HOST", "127.0.0.1").with("PORT", "0")
                .with("WORKER_ID", "worker-" + folder.getFileName())
                .with("FALCON_HOME", folder.resolve("home").toString())
                .with("MODEL_PATH", shippedModel().toString())
                .with("INFERENCE_LOG_PATH", logFile().toString())
                .with("INFERENCE_LOG_SPOOL_DIR", folder.resolve("spool").toString())
                .with("DRAIN_GRACE_SECONDS", "0.1")
                .with("GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS", "20");
    }

    /** A worker that keeps its files in this folder, whose name becomes part of its id. */
    public static WorkerSetup in(Path folder) {
        return new WorkerSetup(folder);
    }

    /** The folder of the one version of the shipped model. */
    public static Path shippedModel() {
        return repository().resolve("models").resolve("sentiment-linear").resolve("1");
    }

    private static Path repository() {
        Path folder = Path.of(System.getProperty("proving.root", "")).toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("models"))) {
            folder = Objects.requireNonNull(folder.getParent(), "run this from within the repository");
        }
        return folder;
    }

    /**
     * Starts it as it is shipped: by {@code bin/falcon} with its flags and the jar, which must be built. Whoever measures
     * wants this; tests start quicker without.
     *
     * @param flags of the JVM, added after the shipped ones
     */
    public WorkerSetup asShipped(String flags) {
        shipped = true;
        return with("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary() + " " + flags)
                .with("PATH", System.getenv("PATH"));
    }

    /** Starts another main class of this class path, in a JVM with these options, instead of {@code falcon serve}. */
    public WorkerSetup running(String mainClass, List<String> options) {
        program = List.of(mainClass);
        jvmOptions = List.copyOf(options);
        return this;
    }

    private Path temporary() {
        return folder.resolve("tmp").toAbsolutePath();
    }

    /** Sets one variable of its environment; an empty value takes it away. */
    public WorkerSetup with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds options of the JVM, where it is not started as shipped; they win over the ones for tests. */
    public WorkerSetup withJava(String... options) {
        javaOptions.addAll(List.of(options));
        return this;
    }

    /** Points it to a Redis, or to a proxy before one, on this port of the loopback. */
    public WorkerSetup withRedis(int port) {
        return with("REDIS_HOST", "127.0.0.1").with("REDIS_PORT", Integer.toString(port));
    }

    /** Points it to a {@link RealPostgres}, or to a proxy before one, on this port of the loopback. */
    public WorkerSetup withPostgres(int port) {
        return with("POSTGRES_HOST", "127.0.0.1").with("POSTGRES_PORT", Integer.toString(port))
                .with("POSTGRES_PASSWORD", RealPostgres.PASSWORD);
    }

    /** The SQLite file of its inference log. */
    public Path logFile() {
        return folder.resolve("inference.db");
    }

    /** Starts {@code falcon serve} with these options and returns once it is ready. */
    public WorkerProcess start(String... options) {
        WorkerProcess worker = launch(options);
        try {
            worker.awaitReady();
            return worker;
        } catch (RuntimeException | Error e) {
            worker.close();
            throw e;
        }
    }

    /** Starts {@code falcon serve} with these options and returns at once. */
    public WorkerProcess launch(String... options) {
        try {
            Path temporary = Files.createDirectories(temporary());
            Path working = Files.createDirectories(folder.resolve("home"));
            List<String> command = shipped
                    ? new ArrayList<>(List.of(repository().resolve("bin").resolve("falcon").toString(), "serve"))
                    : command(temporary);
            command.addAll(List.of(options));
            ProcessBuilder builder = new ProcessBuilder(command).directory(working.toFile());
            builder.environment().clear();
            if (!shipped) {
                // Not as an option: native code of an encoder ends the process where the command line is longer than 4 kB.
                builder.environment().put("CLASSPATH", classPath());
            }
            environment.forEach((name, value) -> {
                if (!value.isEmpty()) {
                    builder.environment().put(name, value);
                }
            });
            return new WorkerProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Native libraries are unpacked where they go away with the folder. */
    private List<String> command(Path temporary) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(javaOptions);
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(program);
        return command;
    }

    /** The class path of this JVM without the tests' own classes, whose log configuration would win over the worker's. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
