package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a dead worker left on disk is delivered by the living, once, and nothing of theirs is touched. */
class LeftSpoolsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @RegisterExtension static final LogDatabase DATABASE = new LogDatabase();

    @TempDir Path folder;

    private Path spools() {
        return folder.resolve("spool");
    }

    private InferenceLog open(String workerId) throws SpoolUnavailable {
        return DATABASE.setup(folder).workerId(workerId).timeout(Duration.ofSeconds(5)).open();
    }

    private void leave(String owner, int from, int to) throws SpoolUnavailable {
        try (Spool left = Spool.open(spools(), owner, 64)) {
            left.append(Records.rows(Instant.now(Clock.systemUTC()), from, to));
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(spools())) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".lock")).toList();
        }
    }

    private static String rows() {
        return DATABASE.query("SELECT count(*) || ' of ' || count(DISTINCT request_id) FROM inference_logs").getFirst();
    }

    private static void awaitEmpty(InferenceLog log) {
        await().atMost(PATIENCE).until(() -> log.books().pending() == 0);
    }

    @Test
    void recordsOfADeadWorkerAreDeliveredAndItsFileRemoved() throws Exception {
        leave("worker-9", 0, 2500);
        InferenceLog log = open("worker-2");
        await().atMost(PATIENCE).until(() -> log.books().written() == 2500);

        assertThat(log.books().enqueued()).isEqualTo(2500);
        assertThat(rows()).isEqualTo("2500 of 2500");
        assertThat(DATABASE.query("SELECT DISTINCT worker_id FROM inference_logs")).containsExactly("worker-1");
        await().atMost(PATIENCE).until(() -> files().stream().allMatch(name -> name.startsWith("spool-worker-2.db")));
        LogSetup.close(log);
    }

    @Test
    void ofTwoTakersOneDelivers() throws Exception {
        for (int owner = 10; owner < 20; owner++) {
            leave("worker-" + owner, owner * 100, owner * 100 + 100);
        }
        InferenceLog one = open("worker-2");
        InferenceLog two = open("worker-3");
        await().atMost(PATIENCE).until(() -> one.books().written() + two.books().written() >= 1000);
        awaitEmpty(one);
        awaitEmpty(two);

        assertThat(one.books().enqueued() + two.books().enqueued()).isEqualTo(1000);
        assertThat(rows()).isEqualTo("1000 of 1000");
        LogSetup.close(one);
        LogSetup.close(two);
    }

    @Test
    void aLivingWorkersSpoolIsNotTouched() throws Exception {
        try (Spool living = Spool.open(spools(), "worker-9", 64)) {
            living.append(Records.rows(Instant.now(Clock.systemUTC()), 0, 10));
            leave("worker-8", 10, 20);
            InferenceLog log = open("worker-2");
            await().atMost(PATIENCE).until(() -> log.books().written() == 10);

            assertThat(living.size()).isEqualTo(10);
            assertThat(files()).contains("spool-worker-9.db");
            living.append(Records.rows(Instant.now(Clock.systemUTC()), 30, 40));
            LogSetup.close(log);
        }
    }

    @Test
    void aWorkerThatEndsLaterIsFoundAndMayComeBackMeanwhile() throws Exception {
        InferenceLog log = open("worker-2");
        await().atMost(PATIENCE).until(log::isAvailable);
        leave("worker-9", 0, 10);
        await().atMost(PATIENCE).until(() -> log.books().written() == 10);
        leave("worker-9", 10, 20);
        InferenceLog back = open("worker-9");
        await().atMost(PATIENCE).until(() -> log.books().written() + back.books().written() == 20);

        assertThat(rows()).isEqualTo("20 of 20");
        LogSetup.close(back);
        LogSetup.close(log);
    }

    @Test
    void whatATakerHadClaimedWhenItDiedIsFoundByTheNext() throws Exception {
        leave("worker-9", 0, 10);
        leave("worker-7", 10, 20);
        Files.move(spools().resolve("spool-worker-9.db"), spools().resolve("spool-worker-8+1.db"));
        Files.move(spools().resolve("spool-worker-7.db"), spools().resolve("spool-worker-2+1.db"));
        InferenceLog log = open("worker-2");
        assertThat(log.books().enqueued()).as("its own from before count at once").isEqualTo(10);
        await().atMost(PATIENCE).until(() -> log.books().written() == 20);

        assertThat(rows()).isEqualTo("20 of 20");
        LogSetup.close(log);
    }

    @Test
    void nothingIsClaimedWhileItCouldNotBeDelivered() throws Exception {
        leave("worker-9", 0, 10);
        DATABASE.server().pause();
        try {
            InferenceLog log = open("worker-2");
            log.offer(List.of(Records.answered(log.stamp(), 1)));
            await().atMost(PATIENCE).until(() -> log.books().spoolBytes() > 0);
            assertThat(files()).contains("spool-worker-9.db");
            LogSetup.close(log);
        } finally {
            DATABASE.server().resume();
        }
    }

    @Test
    void aFileThatCannotBeReadIsLeftToItsOwner() throws Exception {
        leave("worker-8", 0, 10);
        Files.writeString(spools().resolve("spool-worker-9.db"), "no database".repeat(1000));
        InferenceLog log = open("worker-2");
        await().atMost(PATIENCE).until(() -> log.books().written() == 10);

        assertThat(files()).contains("spool-worker-9.db");
        LogSetup.close(log);
    }
}
