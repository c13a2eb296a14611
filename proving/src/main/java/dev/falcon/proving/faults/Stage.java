package dev.falcon.proving.faults;

import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything the run needs, below one temporary folder: both servers, a proxy before each, and two workers with the flags
 * of {@code bin/falcon}. For use by one thread.
 */
final class Stage implements AutoCloseable {

    static final int WORKERS = 2;
    /** Of the launcher: what stands between the JVM and JAVA_OPTS, one a line. */
    private static final Pattern FLAG = Pattern.compile("^ {4}(-\\S+) \\\\$", Pattern.MULTILINE);
    private static final int FEWEST_FLAGS = 5;
    private static final String TABLESPACE = "falcon_small";

    private final Path root;
    private final Path folder;
    private final List<Integer> ports = new ArrayList<>();
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final SmallDisk disk;
    private final RealPostgres postgres;
    private final RealRedis redis;
    private final FaultProxy postgresProxy;
    private final FaultProxy redisProxy;

    private Stage(Path root) throws IOException {
        this.root = root;
        folder = Files.createTempDirectory("falcon-fault-run");
        closing.push(() -> delete(folder));
        try {
            ShiftedClock.shift(clockFile(), Duration.ZERO);
            disk = closedLater(SmallDisk.mounted(folder.resolve("disk")));
            postgres = closedLater(RealPostgres.start());
            redis = closedLater(RealRedis.started());
            postgresProxy = closedLater(FaultProxy.to(postgres.port()));
            redisProxy = closedLater(FaultProxy.to(redis.port()));
            prepareDatabase();
            for (int i = 0; i < WORKERS; i++) {
                ports.add(RealPostgres.freePort());
            }
            for (int i = 0; i < WORKERS; i++) {
                workers.add(closedLater(setup(i).start()));
            }
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** @param root the folder of the repository */
    static Stage set(Path root) throws IOException {
        return new Stage(root);
    }

    private <T extends AutoCloseable> T closedLater(T resource) {
        closing.push(resource);
        return resource;
    }

    /**
     * The workers' tables are made on the small disk, and a probe's table beside them. Nothing is vacuumed: what batches
     * left that were taken back would be room for many seconds of rows, and a full disk would not be felt.
     */
    private void prepareDatabase() throws IOException {
        postgres.execute("ALTER SYSTEM SET autovacuum = off");
        postgres.execute("SELECT pg_reload_conf()");
        postgres.execute("CREATE TABLESPACE " + TABLESPACE + " LOCATION '" + disk.folder("tables") + "'");
        postgres.execute("GRANT CREATE ON TABLESPACE " + TABLESPACE + " TO " + RealPostgres.USER);
        postgres.execute("ALTER ROLE " + RealPostgres.USER + " SET default_tablespace = " + TABLESPACE);
        postgres.executeInDatabase(
                "CREATE TABLE " + PostgresProbe.TABLE + " (filler text) TABLESPACE " + TABLESPACE);
        postgres.executeInDatabase("ALTER TABLE " + PostgresProbe.TABLE + " ALTER filler SET STORAGE EXTERNAL");
        postgres.executeInDatabase("GRANT INSERT ON " + PostgresProbe.TABLE + " TO " + RealPostgres.USER);
    }

    /** What differs from the defaults so that a run fits into minutes. */
    static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CIRCUIT_BREAKER_TIMEOUT_SECONDS", "2");
        settings.put("REDIS_OPERATION_TIMEOUT_MS", Integer.toString((int) Judgement.REDIS_TIMEOUT_MILLIS));
        settings.put("POSTGRES_OPERATION_TIMEOUT_SECONDS", "0.5");
        settings.put("RETRY_MAX_DELAY_MS", "500");
        return settings;
    }

    private WorkerSetup setup(int index) throws IOException {
        String id = "worker-" + (index + 1);
        List<String> flags = shippedFlags();
        flags.add("-XX:MaxRAM=1g");
        flags.add("-D" + ShiftedWorker.SHIFT_FILE + "=" + clockFile());
        WorkerSetup setup = WorkerSetup.in(Files.createDirectories(folder.resolve(id)))
                .running(ShiftedWorker.class.getName(), flags)
                .withRedis(redisProxy.port())
                .withPostgres(postgresProxy.port())
                .with("WORKER_ID", id)
                .with("PORT", Integer.toString(ports.get(index)))
                .with("MODEL_PATH", root.resolve("models").toString())
                .with("DEFAULT_MODEL", "sentiment-linear");
        settings().forEach(setup::with);
        return setup;
    }

    private List<String> shippedFlags() throws IOException {
        List<String> flags = new ArrayList<>(FLAG.matcher(Files.readString(root.resolve("bin").resolve("falcon")))
                .results()
                .map(found -> found.group(1))
                .filter(flag -> !flag.equals("-jar"))
                .toList());
        if (flags.size() < FEWEST_FLAGS) {
            throw new IOException("the flags of bin/falcon are not where they were: found only " + flags);
        }
        return flags;
    }

    RealRedis redis() {
        return redis;
    }

    RealPostgres postgres() {
        return postgres;
    }

    RedisFaults redisFaults() {
        return new RedisFaults(redis, redisProxy);
    }

    PostgresFaults postgresFaults() {
        return new PostgresFaults(postgres, postgresProxy, disk);
    }

    List<Integer> ports() {
        return List.copyOf(ports);
    }

    List<WorkerProcess> workers() {
        return List.copyOf(workers);
    }

    /** A further life of a worker that has ended, on the same port and spool; returns when it is ready. */
    WorkerProcess startAgain(int index) throws IOException {
        WorkerProcess started = closedLater(setup(index).start());
        workers.set(index, started);
        return started;
    }

    /** The file that all workers' clocks follow. */
    Path clockFile() {
        return folder.resolve("clock-shift");
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                System.err.println("left behind: " + e);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
