package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.falcon.testing.RealRedis;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A text that makes native code end the worker, which here is the C library asked to read where no memory is. */
@Timeout(180)
final class CrashingTextTest {

    private static final String CRASHING = "a text that no encoder survives";
    private static final String SIGNAL = "the JVM's own end after SIGSEGV, where it is to leave no core";
    private static final int ABORTED = 1;

    @TempDir Path folder;

    private WorkerSetup setup(String id) throws IOException {
        return WorkerSetup.in(Files.createDirectories(folder.resolve(id)))
                .with("DEBUG_CRASH_ON_TEXT", CRASHING)
                .withJava("-XX:-CreateCoredumpOnCrash");
    }

    private static void crash(WorkerProcess worker, List<String> texts) {
        assertThatThrownBy(() -> worker.post("/infer/batch", Map.of("texts", texts)))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(worker.exitStatus()).as(SIGNAL).isEqualTo(ABORTED);
    }

    private static void isRefused(WorkerReply reply) {
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("error_type")).isEqualTo("invalid_text");
        assertThat(String.valueOf(reply.json().get("detail")))
                .startsWith("This text ended the process of a worker before")
                .doesNotContain(CRASHING);
    }

    @Test
    void theTextIsRefusedByNameAfterTheRestartAndOthersAreAnswered() throws Exception {
        WorkerSetup setup = setup("w");
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("debug_crash_on_text")).hasSize(1);
            assertThat(worker.metric("debug_crash_on_text_enabled")).isEqualTo(1);
            assertThat(worker.infer("a text like any other").status()).isEqualTo(200);
            assertThatThrownBy(() -> worker.infer(CRASHING)).isInstanceOf(UncheckedIOException.class);
            assertThat(worker.exitStatus()).as(SIGNAL).isEqualTo(ABORTED);
        }
        try (WorkerProcess worker = setup.start()) {
            isRefused(worker.infer(CRASHING));
            assertThat(worker.infer("another text").status()).isEqualTo(200);
            assertThat(worker.metrics().count("inference_errors_total", "error_type=\"invalid_text\"")).isEqualTo(1);
            assertThat(worker.metrics().count("inference_condemned_texts_total", "model=\"sentiment-linear\""))
                    .isEqualTo(1);
            assertThat(worker.log().of("texts_suspected")).singleElement()
                    .matches(line -> line.number("texts") == 1 && line.text("fault_report").equals("true"));
            assertThat(worker.log().of("text_refused")).singleElement()
                    .matches(line -> line.text("hash").matches("[0-9a-f]{32}"));
            worker.sigterm();
            worker.exitStatus();
        }
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("texts_suspected")).isEmpty();
            isRefused(worker.infer(CRASHING));
            assertThat(worker.log().toString()).doesNotContain(CRASHING);
        }
        try (Stream<Path> files = Files.list(folder.resolve("w").resolve("spool"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain(CRASHING);
            }
        }
    }

    @Test
    void whoWasInFlightBesideItIsAnsweredAfterwards() throws Exception {
        WorkerSetup setup = setup("w");
        try (WorkerProcess worker = setup.start()) {
            crash(worker, List.of("one of them", CRASHING, "another of them"));
        }
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("texts_suspected")).singleElement().matches(line -> line.number("texts") == 3);
            assertThat(worker.log().of("text_refused")).isEmpty();
            crash(worker, List.of("one of them", CRASHING, "another of them"));
        }
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("text_refused")).hasSize(1);
            assertThat(worker.infer("one of them").status()).isEqualTo(200);
            assertThat(worker.infer("another of them").status()).isEqualTo(200);
            isRefused(worker.infer(CRASHING));
        }
    }

    @Test
    void aModelThatReallyCallsNativeCodeIsKeptFromItToo() throws Exception {
        Path models = WorkerSetup.shippedModel().resolve("../..").normalize();
        WorkerSetup setup = setup("w").with("MODEL_PATH", models.resolve("sentiment").resolve("1").toString());
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.infer("I would come back any time").json().get("model_name")).isEqualTo("sentiment");
            crash(worker, List.of(CRASHING));
        }
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("text_refused")).hasSize(1);
            isRefused(worker.infer(CRASHING));
            assertThat(worker.infer("a plain text").status()).isEqualTo(200);
        }
    }

    @Test
    void aWorkerThatNeverMetItRefusesItOnceAnotherOneKnows() throws Exception {
        try (RealRedis redis = RealRedis.started();
                WorkerProcess spared = setup("spared").withRedis(redis.port()).start()) {
            WorkerSetup setup = setup("w").withRedis(redis.port());
            try (WorkerProcess worker = setup.start()) {
                assertThatThrownBy(() -> worker.infer(CRASHING)).isInstanceOf(UncheckedIOException.class);
            }
            try (WorkerProcess worker = setup.start()) {
                isRefused(worker.infer(CRASHING));
            }
            await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
            isRefused(spared.infer(CRASHING));
            assertThat(spared.infer("a text like any other").status()).isEqualTo(200);
            try (WorkerProcess late = setup("late").withRedis(redis.port()).start()) {
                isRefused(late.infer(CRASHING));
            }
        }
    }
}
