package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is killed leaves records on disk; another one, which runs already, brings them to the database. */
final class SpoolTakeoverTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int ANSWERS = 50;

    @TempDir Path folder;

    private WorkerSetup setup(String id, int port) throws Exception {
        return WorkerSetup.in(Files.createDirectories(folder.resolve(id)))
                .with("WORKER_ID", id)
                .withPostgres(port)
                .with("INFERENCE_LOG_SPOOL_DIR", folder.resolve("spool").toString());
    }

    @Test
    void theRecordsOfAKilledWorkerArriveOnceWithItsOwnName() throws Exception {
        try (RealPostgres postgres = RealPostgres.start();
                WorkerProcess living = setup("living", postgres.port()).start();
                WorkerProcess dying = setup("dying", 1).start()) {
            for (int n = 0; n < ANSWERS; n++) {
                assertThat(dying.infer("text " + n).status()).isEqualTo(200);
            }
            await().atMost(PATIENCE).until(() -> dying.metric("inference_log_oldest_pending_seconds") > 1);
            dying.sigkill();

            await().atMost(PATIENCE).until(() -> living.metrics().count("inference_log_written_total") == ANSWERS);
            assertThat(living.metrics().count("inference_log_enqueued_total")).isEqualTo(ANSWERS);
            assertThat(living.metrics().unbalanced()).isEmpty();
            assertThat(postgres.query("SELECT worker_id || ' ' || count(*) FROM inference_logs GROUP BY worker_id"))
                    .containsExactly("dying " + ANSWERS);
            assertThat(living.log().of("spool_taken_over")).isNotEmpty();
            await().atMost(PATIENCE).until(() -> !Files.exists(folder.resolve("spool/spool-dying.db")));
        }
    }
}
