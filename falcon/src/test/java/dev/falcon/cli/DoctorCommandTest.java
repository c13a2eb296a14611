package dev.falcon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Ticker;
import dev.falcon.json.Json;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.WorkerSetup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code falcon doctor} as a person or a script runs it, against real servers, sound and not. */
@Timeout(120)
@Execution(ExecutionMode.SAME_THREAD)
class DoctorCommandTest {

    private static final RealPostgres POSTGRES = RealPostgres.start();

    @TempDir private Path folder;
    private final Map<String, String> environment = new HashMap<>();

    @AfterAll
    static void stop() {
        POSTGRES.close();
    }

    /** What the command left. */
    private record Ended(int status, String out, String err, long millis) {

        String line(String check) {
            return out.lines()
                    .filter(line -> line.contains(" " + check + " "))
                    .findFirst()
                    .orElse("no " + check + ": " + out);
        }
    }

    private Ended doctor(String... options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(environment, folder, new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        String[] args = new String[options.length + 1];
        args[0] = "doctor";
        System.arraycopy(options, 0, args, 1, options.length);
        long start = Ticker.system().nanos();
        int status = Main.commandLine(shell).execute(args);
        return new Ended(status, out.toString(UTF_8), err.toString(UTF_8),
                (Ticker.system().nanos() - start) / 1_000_000);
    }

    private void useRedis(int port) {
        environment.put("REDIS_HOST", "127.0.0.1");
        environment.put("REDIS_PORT", Integer.toString(port));
    }

    private void usePostgres(int port) {
        environment.putAll(Map.of("POSTGRES_HOST", "127.0.0.1", "POSTGRES_PORT", Integer.toString(port),
                "POSTGRES_PASSWORD", RealPostgres.PASSWORD, "POSTGRES_OPERATION_TIMEOUT_SECONDS", "2"));
    }

    @Test
    void onALaptopAllIsWellButWhatASingleProcessLosesIsSaidAloud() {
        environment.putAll(Map.of("PORT", "0", "MODEL_PATH", WorkerSetup.shippedModel().toString()));

        Ended ended = doctor();

        assertThat(ended.out().lines().filter(line -> line.startsWith("fault ")))
                .as("but for the tests' own JVM, which is larger than a worker's and may not fit into this machine")
                .allMatch(line -> line.contains("memory.limit"));
        assertThat(ended.line("settings.store")).startsWith("warning").contains("REDIS_HOST", "lost when it ends", "→");
        assertThat(ended.line("settings.log")).startsWith("warning").contains("POSTGRES_HOST", "SQLite");
        assertThat(ended.line("redis")).startsWith("skipped");
        assertThat(ended.line("postgres")).startsWith("skipped");
        assertThat(ended.line("model.load")).startsWith("ok").contains("digest");
        assertThat(ended.line("model.answer")).startsWith("ok").contains("positive");
        assertThat(ended.line("memory.limit")).contains("MB");
        assertThat(ended.line("memory.heap")).startsWith("ok");
        assertThat(ended.line("port")).startsWith("ok");
        assertThat(ended.line("disk.sqlite")).startsWith("ok");
        assertThat(folder).as("nothing is left behind").isEmptyDirectory();
    }

    @Test
    void soundServersAreLookedOverAndNothingIsLeftInThem() {
        try (RealRedis redis = RealRedis.started("--requirepass", "s3cret", "--maxmemory", "50mb", "--maxmemory-policy",
                "volatile-ttl", "--appendonly", "yes", "--dir", folder.toString())) {
            useRedis(redis.port());
            environment.put("REDIS_PASSWORD", "s3cret");
            usePostgres(POSTGRES.port());

            Ended ended = doctor("--only", "redis,postgres");

            assertThat(ended.status()).as(ended.out()).isZero();
            assertThat(ended.out()).doesNotContain("s3cret", RealPostgres.PASSWORD);
            assertThat(ended.out().lines().filter(line -> line.contains(" redis.") || line.contains(" postgres.")))
                    .hasSize(16)
                    .allMatch(line -> line.startsWith("ok "));
            assertThat(ended.line("redis.version")).contains("Redis 6.2");
            assertThat(ended.line("postgres.version")).contains("PostgreSQL 17");
            assertThat(ended.line("postgres.connections")).contains("max_connections 50", "POSTGRES_POOL_SIZE 4");
            assertThat(redis.command("DBSIZE")).isEqualTo("0");
            assertThat(POSTGRES.query("SELECT relname FROM pg_class WHERE relname LIKE 'falcon_doctor%'")).isEmpty();
        }
    }

    @Test
    void aRedisThatIsSetUpOtherwiseIsWarnedOfWithTheCommand() {
        try (RealRedis redis = RealRedis.started("--maxmemory-policy", "noeviction")) {
            useRedis(redis.port());

            Ended ended = doctor("--only", "redis");

            assertThat(ended.status()).isZero();
            assertThat(ended.line("redis.eviction")).startsWith("warning")
                    .contains("noeviction", "CONFIG SET maxmemory-policy volatile-ttl");
            assertThat(ended.line("redis.persistence")).startsWith("warning").contains("appendonly");
            assertThat(ended.line("redis.memory")).startsWith("warning").contains("maxmemory");
        }
    }

    @Test
    void aRedisWhoseUserMayNotReadItsConfigurationIsLookedOverByInfo() {
        try (RealRedis redis = RealRedis.started("--maxmemory-policy", "allkeys-lru")) {
            redis.command("ACL", "SETUSER", "default", "-config");
            useRedis(redis.port());

            Ended ended = doctor("--only", "redis");

            assertThat(ended.status()).isZero();
            assertThat(ended.line("redis.eviction")).startsWith("warning").contains("allkeys-lru");
        }
    }

    @ParameterizedTest
    @CsvSource({"'',NOAUTH,set REDIS_PASSWORD", "wrong,WRONGPASS,is not this server's password"})
    void aWrongOrMissingPasswordOfRedisIsToldApart(String password, String reason, String advice) {
        try (RealRedis redis = RealRedis.started("--requirepass", "s3cret")) {
            useRedis(redis.port());
            environment.put("REDIS_PASSWORD", password);

            Ended ended = doctor("--only", "redis");

            assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(ended.line("redis.connect")).startsWith("fault").contains(reason, advice);
        }
    }

    @Test
    void aReplicaIsAFault() {
        try (RealRedis primary = RealRedis.started(); RealRedis replica = RealRedis.started()) {
            replica.command("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
            useRedis(replica.port());

            Ended ended = doctor("--only", "redis");

            assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(ended.line("redis.role")).startsWith("fault").contains("replica");
            assertThat(ended.line("redis.write")).startsWith("fault").contains("READONLY");
        }
    }

    @Test
    void deadServersAreRefusedAtOnce() throws IOException {
        useRedis(RealPostgres.freePort());
        usePostgres(RealPostgres.freePort());

        Ended ended = doctor("--only", "redis,postgres");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("redis.connect")).startsWith("fault").contains("refused", "REDIS_PORT");
        assertThat(ended.line("postgres.connect")).startsWith("fault").contains("refused", "POSTGRES_PORT");
        assertThat(ended.millis()).isLessThan(14_000);
    }

    @Test
    void namesThatDoNotResolveAreSaid() {
        environment.putAll(Map.of("REDIS_HOST", "redis.invalid", "POSTGRES_HOST", "postgres.invalid"));

        Ended ended = doctor("--only", "redis,postgres");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("redis.connect")).startsWith("fault").contains("redis.invalid", "resolve");
        assertThat(ended.line("postgres.connect")).startsWith("fault").contains("postgres.invalid", "resolve");
    }

    @Test
    void serversThatHangCostNoMoreThanTheOperationTimeoutAndALittle() {
        try (RealRedis redis = RealRedis.started();
                FaultProxy toRedis = FaultProxy.to(redis.port());
                FaultProxy toPostgres = FaultProxy.to(POSTGRES.port())) {
            toRedis.blackhole();
            toPostgres.blackhole();
            useRedis(toRedis.port());
            usePostgres(toPostgres.port());

            Ended ended = doctor("--only", "redis,postgres");

            assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(ended.line("redis.connect")).startsWith("fault").contains("nothing answers");
            assertThat(ended.line("postgres.connect")).startsWith("fault").contains("nothing answers");
            assertThat(ended.millis()).as(ended.out()).isLessThan(14_000);
        }
    }

    @Test
    void aWrongPasswordAndAMissingDatabaseOfPostgresAreToldApart() {
        usePostgres(POSTGRES.port());
        environment.put("POSTGRES_DB", "elsewhere");
        assertThat(doctor("--only", "postgres").line("postgres.connect")).startsWith("fault")
                .contains("3D000", "CREATE DATABASE");

        environment.put("POSTGRES_PASSWORD", "wrong");
        Ended ended = doctor("--only", "postgres");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("postgres.connect")).startsWith("fault").contains("28P01", "POSTGRES_PASSWORD");
    }

    @Test
    void aReadOnlyDatabaseIsAFaultWithTheWayBack() {
        usePostgres(POSTGRES.port());
        POSTGRES.execute("ALTER ROLE " + RealPostgres.USER + " SET default_transaction_read_only = on");
        try {
            Ended ended = doctor("--only", "postgres");

            assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(ended.line("postgres.role")).startsWith("fault")
                    .contains("read-only",
                            "default_transaction_read_only");
        } finally {
            POSTGRES.execute("ALTER ROLE " + RealPostgres.USER + " RESET default_transaction_read_only");
        }
    }

    @Test
    void aPoolThatPassesMaxConnectionsIsWarnedOf() {
        usePostgres(POSTGRES.port());
        environment.put("POSTGRES_POOL_SIZE", "60");

        Ended ended = doctor("--only", "postgres");

        assertThat(ended.status()).isZero();
        assertThat(ended.line("postgres.connections")).startsWith("warning")
                .contains("room for 0 workers",
                        "POSTGRES_POOL_SIZE 60");
    }

    @Test
    void aCorruptModelIsAFaultWithItsReason() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.copy(WorkerSetup.shippedModel().resolve("manifest.json"), model.resolve("manifest.json"));
        byte[] weights = Files.readAllBytes(WorkerSetup.shippedModel().resolve("weights.bin"));
        Files.write(model.resolve("weights.bin"), Arrays.copyOf(weights, weights.length / 2));
        environment.put("MODEL_PATH", model.toString());

        Ended ended = doctor("--only", "model");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("model.load")).startsWith("fault").contains("weights.bin", "copy");
    }

    @Test
    void aTakenPortIsAFaultThatNamesItsHolder() throws IOException {
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("PORT", Integer.toString(holder.getLocalPort()));

            Ended ended = doctor("--only", "port");

            assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(ended.line("port")).startsWith("fault")
                    .contains("ss -ltnp", Long.toString(ProcessHandle.current().pid()));
        }
    }

    @Test
    void aCacheThatTheHeapCannotHoldIsAFaultBeforeTheStartToo() {
        environment.put("CACHE_LOCAL_MAX_ENTRIES", "100000000");

        Ended ended = doctor("--only", "memory");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("memory.heap")).startsWith("fault").contains("CACHE_LOCAL_MAX_ENTRIES", "-Xmx", "78");
    }

    @Test
    void aPasswordFileThatIsNotThereIsSaidBeforeAnythingIsConnected() throws IOException {
        Path missing = folder.resolve("missing");
        environment.putAll(Map.of("POSTGRES_HOST", "127.0.0.1", "POSTGRES_PASSWORD_FILE", missing.toString(),
                "REDIS_HOST", "127.0.0.1", "REDIS_PASSWORD_FILE",
                Files.writeString(folder.resolve("there"), "s3cret\n").toString()));

        Ended ended = doctor("--only", "settings");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("settings.password")).startsWith("fault")
                .contains("POSTGRES_PASSWORD_FILE: the password file " + missing + " does not exist");
        assertThat(ended.out()).doesNotContain("REDIS_PASSWORD_FILE", "s3cret");
    }

    @Test
    void aFolderThatTheKernelKeepsFromBeingMadeIsNamedAndNotTheFileThatWasTried() {
        environment.put("INFERENCE_LOG_PATH", "/proc/falcon/log.db");

        Ended ended = doctor("--only", "disk");

        assertThat(ended.line("disk.log")).startsWith("fault")
                .contains("the folder /proc/falcon does not exist and cannot be made", "/proc")
                .doesNotContain("Exception", ".falcon-doctor");
    }

    @Test
    void aFolderThatCannotBeMadeIsAFault() throws IOException {
        Path file = Files.writeString(folder.resolve("a-file"), "no folder");
        environment.put("INFERENCE_LOG_PATH", file.resolve("log.db").toString());

        Ended ended = doctor("--only", "disk");

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(ended.line("disk.log")).startsWith("fault").contains("a-file", "INFERENCE_LOG_PATH");
    }

    @Test
    void wrongSettingsAreToldAndTheRestIsStillLookedAt() {
        environment.putAll(Map.of("PORT", "eighty", "REDIS_HOTS", "redis", "MODEL_PATH",
                WorkerSetup.shippedModel().toString()));

        Ended ended = doctor("--only", "port,model");

        assertThat(ended.status()).isEqualTo(ExitStatus.SETTINGS);
        assertThat(ended.out()).contains("REDIS_HOST was probably meant", "\"eighty\" is not a number");
        assertThat(ended.line("port")).startsWith("skipped").contains("settings");
        assertThat(ended.line("model.load")).startsWith("ok");
    }

    @Test
    void anUnknownNameInTheFileIsWarnedOf() throws IOException {
        Path file = Files.writeString(folder.resolve("falcon.env"), "FALCON_PORT=8000\n");

        Ended ended = doctor("--only", "settings", "--env-file", file.toString());

        assertThat(ended.status()).isZero();
        assertThat(ended.line("settings.unknown")).startsWith("warning").contains("FALCON_PORT", "line 1");
    }

    @Test
    void scriptsReadOneJsonDocument() throws Exception {
        useRedis(RealPostgres.freePort());

        Ended ended = doctor("--only", "redis", "--json");
        DoctorCommand.Report report = Json.read(ended.out().strip().getBytes(UTF_8), DoctorCommand.Report.class);

        assertThat(ended.status()).isEqualTo(ExitStatus.FAILURE);
        assertThat(report.status()).isEqualTo("fault");
        assertThat(report.checks()).singleElement().satisfies(check -> {
            assertThat(check.name()).isEqualTo("redis.connect");
            assertThat(check.status()).isEqualTo("fault");
            assertThat(check.advice()).contains("REDIS_HOST");
        });
        assertThat(ended.out()).contains("\"elapsed_ms\"");
    }

    @Test
    void wrongUsageAndHelpSayWhatThereIs() {
        Ended teapot = doctor("--only", "teapot");
        assertThat(teapot.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(teapot.err()).contains("teapot", "settings, redis").doesNotContain("REDIS,");
        assertThat(doctor("--help").out().replaceAll("\\s+", " "))
                .contains("settings, redis, postgres, model, memory, port, disk", "Exit status:",
                        "78 wrong settings")
                .doesNotContain("%n");
    }
}
