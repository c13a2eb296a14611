package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.WorkerLog;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a worker from starting is said in one clear line, in the log's own shape, and by the exit status. */
@Timeout(180)
final class StartFaultsTest {

    @TempDir Path folder;

    @Test
    void aTakenPortIsNamedWithTheWayToFindItsHolder() throws IOException {
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(holder.getLocalPort());

            WorkerLog log = failedStart(69, WorkerSetup.in(folder).with("PORT", port));

            assertThat(onlyReason(log)).contains(port).contains("ss -ltnp").contains("PORT");
        }
    }

    @Test
    void everyWrongSettingIsNamedAtOnceWithWhereItWasSet() throws IOException {
        Path file = Files.writeString(folder.resolve("settings"), "# of the team\nCACHE_ENABLED=perhaps\n");
        WorkerSetup setup = WorkerSetup.in(folder)
                .with("PORT", "99999")
                .with("LOG_LEVEL", "loud")
                .with("WORKER_ID", "two words")
                .with("DRAIN_GRACE_SECONDS", "5 s")
                .with("REDIS_OPERATION_TIMEOUT_MS", "0")
                .with("REDIS_PORT", "tcp://10.0.0.1:6379")
                .with("REDIS_PASSWORD", "hidden")
                .with("REDIS_PASSWORD_FILE", "/run/secrets/redis")
                .with("INFERENCE_TIMEOUT_SECONDS", "31");

        WorkerLog log = failedStart(78, setup, "--env-file", file.toString());

        assertThat(log.of("wrong_setting")).extracting(line -> line.text("setting"))
                .containsExactlyInAnyOrder("PORT", "LOG_LEVEL", "WORKER_ID", "DRAIN_GRACE_SECONDS",
                        "REDIS_OPERATION_TIMEOUT_MS", "REDIS_PORT", "REDIS_PASSWORD", "CACHE_ENABLED",
                        "INFERENCE_TIMEOUT_SECONDS");
        assertThat(log.of("wrong_setting")).allMatch(line -> line.text("level").equals("CRITICAL"))
                .allMatch(line -> line.message().startsWith(line.text("setting")));
        assertThat(faultOf(log, "PORT")).contains("99999").contains("65535").contains("environment");
        assertThat(faultOf(log, "CACHE_ENABLED")).contains("perhaps").contains(file + " line 2");
        assertThat(faultOf(log, "INFERENCE_TIMEOUT_SECONDS")).contains("together with REQUEST_TIMEOUT_SECONDS");
        assertThat(faultOf(log, "REDIS_PORT")).contains("Kubernetes").contains("enableServiceLinks");
        assertThat(log.toString()).doesNotContain("hidden");
    }

    private static String faultOf(WorkerLog log, String setting) {
        return log.of("wrong_setting")
                .stream()
                .filter(line -> line.text("setting").equals(setting))
                .map(WorkerLog.Line::message)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aModelPathThatLeadsNowhereIsNamed() {
        Path nowhere = folder.resolve("no-models-here");

        WorkerLog log = failedStart(1, WorkerSetup.in(folder).with("MODEL_PATH", nowhere.toString()));

        assertThat(onlyReason(log)).contains(nowhere.toString()).contains("MODEL_PATH");
    }

    @Test
    void aCorruptManifestIsNamed() throws IOException {
        Path manifest = modelCopy().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).substring(0, 100));

        assertThat(reasonWithModelCopy()).contains(manifest.toString()).contains("JSON");
    }

    @Test
    void cutOffWeightsAreNamed() throws IOException {
        Path weights = modelCopy().resolve("weights.bin");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));

        assertThat(reasonWithModelCopy()).contains(weights.toString()).containsAnyOf("truncated", "shorter", "bytes");
    }

    @Test
    void weightsThatAreNotThoseOfTheManifestAreNamed() throws IOException {
        Path weights = modelCopy().resolve("weights.bin");
        byte[] changed = Files.readAllBytes(weights);
        changed[changed.length / 2] ^= 1;
        Files.write(weights, changed);

        assertThat(reasonWithModelCopy()).contains(weights.toString()).containsAnyOf("SHA-256", "digest");
    }

    @Test
    void aSpoolThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("a-file"), "not a folder");
        Path spool = file.resolve("spool");

        WorkerLog log = failedStart(1, WorkerSetup.in(folder)
                .withPostgres(1)
                .with("INFERENCE_LOG_SPOOL_DIR", spool.toString()));

        assertThat(onlyReason(log)).contains(spool.toString()).contains("INFERENCE_LOG_SPOOL_DIR");
    }

    @Test
    void aSpoolThatAnotherWorkerUsesIsNamedAndTheOtherGoesOn() {
        WorkerSetup setup = WorkerSetup.in(folder).withPostgres(1);
        try (WorkerProcess first = setup.start()) {
            WorkerLog log = failedStart(1, setup);

            assertThat(onlyReason(log)).contains(folder.resolve("spool").toString()).contains("WORKER_ID");
            assertThat(first.infer("still here").status()).isEqualTo(200);
        }
    }

    @Test
    void aHeapThatTheMachineDoesNotHaveIsRefusedWithTheSum() {
        WorkerLog log = failedStart(78, WorkerSetup.in(folder).withJava("-Xmx1t"));

        assertThat(onlyReason(log)).contains("heap 1048576 MB").contains("-Xmx").contains("the limit is");
    }

    @Test
    void aCacheThatTheHeapCannotHoldIsRefused() {
        WorkerLog log = failedStart(78, WorkerSetup.in(folder).with("CACHE_LOCAL_MAX_ENTRIES", "10000000"));

        assertThat(onlyReason(log)).contains("CACHE_LOCAL_MAX_ENTRIES").contains("the heap is 128 MB");
    }

    @Test
    void anUnknownOptionIsAMatterOfUsage() {
        try (WorkerProcess worker = WorkerSetup.in(folder).launch("--prot", "8000")) {
            assertThat(worker.exitStatus()).isEqualTo(2);
            assertThat(worker.errors().toString()).contains("--prot").contains("Usage: falcon serve");
        }
    }

    @Test
    void anEnvironmentFileIsReadAndTheEnvironmentWins() throws IOException {
        Path file = Files.writeString(folder.resolve("settings"), """
                # Two settings, of which the environment overrides one.
                WORKER_ID="from-the-file"
                CACHE_TTL_SECONDS=77
                LOG_LEVEL=loud
                """);
        WorkerSetup setup = WorkerSetup.in(folder).with("WORKER_ID", "").with("LOG_LEVEL", "INFO");
        try (WorkerProcess worker = setup.start("--env-file", file.toString())) {
            assertThat(worker.get("/healthz").text("worker_id")).isEqualTo("from-the-file");
            assertThat(worker.log().lines()).isNotEmpty()
                    .allMatch(line -> line.text("worker_id").equals("from-the-file"));
        }
    }

    private Path modelCopy() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(WorkerSetup.shippedModel())) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private String reasonWithModelCopy() {
        return onlyReason(failedStart(1, WorkerSetup.in(folder)
                .with("MODEL_PATH", folder.resolve("model").toString())));
    }

    /** The one line that says why. */
    private static String onlyReason(WorkerLog log) {
        assertThat(log.of("start_failed")).singleElement().matches(line -> line.text("level").equals("CRITICAL"));
        return log.of("start_failed").getFirst().message();
    }

    /** Starts, waits for the end, and returns the log, every line of which must have the log's shape. */
    private static WorkerLog failedStart(int status, WorkerSetup setup, String... options) {
        try (WorkerProcess worker = setup.launch(options)) {
            assertThat(worker.exitStatus()).as(worker.log().toString()).isEqualTo(status);
            assertThat(worker.errors().toString()).isEmpty();
            assertThat(worker.log().plain()).isEmpty();
            assertThat(worker.log().lines()).isNotEmpty().allSatisfy(line -> {
                assertThat(line.fields().keySet().stream().map(String::valueOf))
                        .contains("timestamp", "level", "logger", "event", "message", "worker_id");
                assertThat(line.text("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            });
            return worker.log();
        }
    }
}
