package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and steps, run for real. */
final class ShellTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir private Path folder;
    private Shell shell;
    private StepRunner steps;

    @BeforeEach
    void openShell() {
        shell = new Shell(folder, Map.of("GREETING", "good day", "TERM", "xterm"));
        steps = new StepRunner(new Home(folder, folder), shell);
    }

    private static Step step(String bash, @Nullable Duration within, Expectation... expected) {
        return new Step(7, "incident", Step.Phase.DIAGNOSIS, within, false, List.of(expected), bash);
    }

    private static Expectation found(String expression) {
        return new Expectation(5, Set.of("*"), Expectation.How.FOUND, expression);
    }

    @Test
    void bothStreamsAndTheStatusAreTold() throws IOException, InterruptedException {
        Outcome outcome = shell.run("pwd; echo \"$GREETING\" >&2; exit 3", LONG);

        assertThat(outcome.status()).isEqualTo(3);
        assertThat(outcome.output()).isEqualTo(folder.toRealPath() + "\ngood day\n");
    }

    @Test
    void whatTakesTooLongIsEndedWithAllThatItStarted() throws IOException, InterruptedException {
        Outcome outcome = shell.run("echo begun; (while :; do touch alive; sleep 0.01; done)", Duration.ofMillis(300));

        assertThat(outcome).isEqualTo(new Outcome(Outcome.ENDED_BY_US, "begun\n"));
        Awaitility.await().until(() -> {
            Files.deleteIfExists(folder.resolve("alive"));
            return true;
        });
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .until(() -> !Files.exists(folder.resolve("alive")));
    }

    @Test
    void whatGoesOnInTheBackgroundKeepsNobodyWaiting() throws IOException, InterruptedException {
        Outcome outcome = shell.run("(while [ ! -e end ]; do sleep 0.05; done; touch ended) & echo started", LONG);
        Files.createFile(folder.resolve("end"));

        assertThat(outcome).isEqualTo(new Outcome(0, "started\n"));
        Awaitility.await().until(() -> Files.exists(folder.resolve("ended")));
    }

    @Test
    void anEndlessCommandIsEndedOnceEnoughIsSeen() throws IOException, InterruptedException {
        Outcome outcome = shell.watch(
                "n=0; while :; do n=$((n + 1)); printf '\\033[1mline %d\\033[0m\\n' $n; sleep 0.05; done", LONG,
                output -> output.contains("line 3\n"));

        assertThat(outcome.status()).isEqualTo(Outcome.ENDED_BY_US);
        assertThat(outcome.output()).startsWith("line 1\nline 2\nline 3\n");
    }

    @Test
    void aFailureMayBeAnException() {
        assertThatThrownBy(() -> shell.must("echo why; false", LONG)).isInstanceOf(IOException.class)
                .hasMessage("status 1 of: echo why; false\nwhy");
    }

    @Test
    void aStepWithoutTimeIsRunOnce() throws IOException, InterruptedException {
        StepRunner.Result result = steps.run(step("echo x >> runs; cat runs", null, found("x\nx")), "cause");

        assertThat(result.held()).isFalse();
        assertThat(result.complaint())
                .isEqualTo("line 7 of the runbook, echo x >> runs; cat runs: not so: /x\nx/ is found"
                        + " (status 0)");
    }

    @Test
    void aStepWithTimeIsRepeatedUntilItShowsWhatItMust() throws IOException, InterruptedException {
        StepRunner.Result result = steps.run(step("echo x >> runs; cat runs", LONG, found("x\nx")), "cause");

        assertThat(result.held()).isTrue();
        assertThat(result.last().output()).isEqualTo("x\nx\n");
    }

    @Test
    void anEndlessStepIsWatched() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("log"), "one\ntwo\n");

        assertThat(steps.run(step("tail -f log | grep two", null, found("two")), "cause").held()).isTrue();
    }

    @Test
    void whatShowsTheSameOnAHealthyStackIsTold() throws IOException, InterruptedException {
        Expectation sick = found("is not running");
        Expectation always = found("falcon");

        assertThat(steps.holdingWhenHealthy(step("echo falcon is up", null, sick, always), "cause"))
                .containsExactly(always);
    }

    @Test
    void anEditIsMadeInTheCopy() throws IOException, InterruptedException {
        Files.writeString(folder.resolve(".env"), "A=1\n");
        Step edit = new Step(7, "incident", Step.Phase.RESOLUTION, null, true, List.of(found("")), "-A=1\n+A=2\n");

        assertThat(steps.run(edit, "cause").held()).isTrue();
        assertThat(folder.resolve(".env")).hasContent("A=2");
        assertThat(steps.run(edit, "cause").last().output()).isEqualTo(".env has no line A=1");
        assertThat(steps.run(edit, "cause").held()).isFalse();
    }
}
