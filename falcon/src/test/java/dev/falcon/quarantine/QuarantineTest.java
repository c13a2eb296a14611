package dev.falcon.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.store.InProcessStore;
import dev.falcon.store.KeyValueStore;
import dev.falcon.store.StoreUnavailable;
import dev.falcon.store.Stores;
import dev.falcon.telemetry.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends of processes are played by leaving a journal as they would; worker.CrashingTextTest has real ones. */
class QuarantineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final TextHash ONE = TextHash.of("encoder", "one");
    private static final TextHash TWO = TextHash.of("encoder", "two");

    private final KeyValueStore store = new InProcessStore(Ticker.system());

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private Quarantine begun(String worker, @Nullable KeyValueStore shared) {
        Quarantine quarantine = new Quarantine(new Quarantine.Home(folder, worker), shared,
                new Quarantine.Clocks(Ticker.system(), InstantSource.system()));
        quarantine.begin();
        quarantine.awaitBegun();
        return quarantine;
    }

    /** As a process leaves it that is killed with these texts in flight. */
    private void killed(String worker, TextHash... texts) throws Exception {
        CrashJournal journal = CrashJournal.open(folder.resolve(worker + ".inflight"));
        journal.begin(folder.resolve("report.log"));
        for (TextHash text : texts) {
            journal.enter(text);
        }
        journal.abandon();
    }

    @Test
    void aTextThatWasInFlightAtTwoEndsIsRefusedByAllWorkersAndAfterTheNextStart() throws Exception {
        try (Quarantine other = begun("v", store)) {
            killed("w", ONE);
            try (Quarantine second = begun("w", store)) {
                assertThat(second.refusal(List.of(ONE))).isNull();
                assertThat(second.isSuspect(List.of(TWO, ONE))).isTrue();
            }
            killed("w", ONE);
            try (Quarantine third = begun("w", store)) {
                assertThat(third.refusal(List.of(ONE))).startsWith("This text ended the process of a worker before");
                assertThat(third.refusal(List.of(TWO))).isNull();
            }
            await().atMost(PATIENCE).until(() -> other.refusal(List.of(ONE)) != null);
        }
        try (Quarantine alone = begun("w", null)) {
            assertThat(alone.refusal(List.of(TWO, ONE))).startsWith("One of these texts");
        }
    }

    @Test
    void aWorkerThatStartsLaterKnowsIsAtItsBeginning() throws Exception {
        killed("w", ONE);
        begun("w", store).close();
        killed("w", ONE);
        try (Quarantine w = begun("w", store); Quarantine fresh = begun("fresh", store)) {
            assertThat(w.refusal(List.of(ONE))).isNotNull();
            assertThat(fresh.refusal(List.of(ONE))).as("without waiting for the next exchange").isNotNull();
        }
    }

    @Test
    void whatTheStoreHasLostIsBroughtBackByAWorkerThatKnowsIt() throws Exception {
        killed("w", ONE);
        begun("w", store).close();
        killed("w", ONE);
        try (Quarantine _ = begun("w", store)) {
            byte[] there = told();

            assertThat(store.remove(SharedVerdicts.KEY, there == null ? new byte[0] : there, new Patience())).isTrue();

            await().atMost(PATIENCE).until(() -> told() != null);
            try (Quarantine fresh = begun("fresh", store)) {
                assertThat(fresh.refusal(List.of(ONE))).isNotNull();
            }
        }
    }

    private byte @Nullable [] told() throws StoreUnavailable {
        return store.get(List.of(SharedVerdicts.KEY), new Patience()).getFirst();
    }

    @Test
    @Timeout(30)
    void aStoreThatDoesNotAnswerDelaysTheBeginningOnlyForAWhile() throws Exception {
        killed("w", ONE);
        Settings settings = SettingsReader.read(
                new Sources(Map.of("REDIS_HOST", "127.0.0.1", "REDIS_PORT", "1"), null),
                new SettingsReader.Surroundings("w", 2, folder));
        try (Stores away = Stores.open(settings.redis(), settings.breaker(), new Metrics("w", Ticker.system()),
                Ticker.system()); Quarantine w = begun("w", away.shared())) {
            assertThat(w.isSuspect(List.of(ONE))).isTrue();
            assertThat(w.isSuspect(List.of(TWO))).isFalse();
        }
    }

    @Test
    void twoWorkersThatEndedOverOneTextOneAfterTheOtherRefuseIt() throws Exception {
        killed("w", ONE);
        killed("v", ONE);
        try (Quarantine w = begun("w", store); Quarantine v = begun("v", store)) {
            assertThat(v.refusal(List.of(ONE))).isNotNull();
            await().atMost(PATIENCE).until(() -> w.refusal(List.of(ONE)) != null);
        }
    }

    @Test
    void whoIsAnsweredAfterAllIsNoSuspectAnyMoreHereAndElsewhere() throws Exception {
        killed("w", ONE, TWO);
        try (Quarantine w = begun("w", store); Quarantine v = begun("v", store)) {
            await().atMost(PATIENCE).until(() -> v.isSuspect(List.of(ONE)));

            w.acquit(ONE);

            assertThat(w.isSuspect(List.of(ONE))).isFalse();
            assertThat(w.isSuspect(List.of(TWO))).isTrue();
            await().atMost(PATIENCE).until(() -> !v.isSuspect(List.of(ONE)));
        }
        try (Quarantine alone = begun("w", null)) {
            assertThat(alone.isSuspect(List.of(ONE))).isFalse();
            assertThat(alone.isSuspect(List.of(TWO))).isTrue();
        }
    }

    @Test
    void oneSuspectRunsAtATime() throws Exception {
        try (Quarantine w = begun("w", null)) {
            assertThat(w.takeTurn(0)).isTrue();
            assertThat(w.takeTurn(1_000_000)).isFalse();
            w.giveTurn();
            assertThat(w.takeTurn(0)).isTrue();
        }
    }

    @Test
    void whatIsInHandAtAnEndOfOnesOwnIsNotSuspected() {
        try (Quarantine w = begun("w", null)) {
            w.enter(List.of(ONE, TWO));
        }
        try (Quarantine next = begun("w", null)) {
            assertThat(next.isSuspect(List.of(ONE, TWO))).isFalse();
        }
    }

    @Test
    void whereNothingCanBeWrittenTextsRunAsIfThereWereNoJournal() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Quarantine quarantine = new Quarantine(new Quarantine.Home(file, "w"), null,
                new Quarantine.Clocks(Ticker.system(), InstantSource.system()));

        quarantine.begin();
        quarantine.awaitBegun();

        quarantine.enter(List.of(ONE)).close();
        assertThat(quarantine.refusal(List.of(ONE))).isNull();
        quarantine.close();
    }
}
