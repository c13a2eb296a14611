package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.proving.drills.Expectation.How;
import dev.falcon.proving.drills.Step.Phase;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RunbookReaderTest {

    private static final String RUNBOOK = """
            # Runbook

            <!-- healthy
            *: ^ok
            -->
            ```bash
            make check-health
            ```

            <!-- incident redis-away -->
            ## Incident 4: Redis away

            Prose, and a comment of no meaning. <!-- so -->

            <!-- diagnosis within=90s
            stopped, cut-off: is not running
            paused! PONG
            stopped= 1
            -->
            ```bash
            # ## no heading
            docker exec falcon-redis redis-cli ping
            ```

            <!-- resolution patch=.env
            paused:
            -->
            ```diff
            -A=1
            +A=2
            ```

            ```text
            a sample
            ```

            1. In a list:

               <!-- verification
               *: PONG
               -->
               ```bash
               docker exec falcon-redis \\
                 redis-cli ping
               ```

            <!-- kubernetes -->
            ```bash
            kubectl get pods
            ```

            <!-- people: browser -->
            ```text
            Look at the dashboard.
            ```

            ## Links
            """;

    private static Cause cause(String name) {
        return Cause.of("redis-away", name);
    }

    @Test
    void aStepSaysWhenForWhomAndForHowLongItIsRun() throws MalformedRunbook {
        Step step = RunbookReader.read(RUNBOOK).steps(cause("stopped"), Phase.DIAGNOSIS).getFirst();

        assertThat(step.within()).isEqualTo(Duration.ofSeconds(90));
        assertThat(step.incident()).isEqualTo("redis-away");
        assertThat(step.text()).isEqualTo("# ## no heading\ndocker exec falcon-redis redis-cli ping\n");
        assertThat(step.title()).isEqualTo("docker exec falcon-redis redis-cli ping");
        assertThat(step.expectationsOf("stopped")).containsExactly(
                new Expectation(16, Set.of("stopped", "cut-off"), How.FOUND, "is not running"),
                new Expectation(18, Set.of("stopped"), How.STATUS, "1"));
        assertThat(step.expectationsOf("paused")).extracting(Expectation::how).containsExactly(How.NOT_FOUND);
    }

    @Test
    void aStepIsRunForTheCausesItNamesAndNoOthers() throws MalformedRunbook {
        Runbook runbook = RunbookReader.read(RUNBOOK);

        assertThat(runbook.steps(cause("cut-off"), Phase.DIAGNOSIS)).hasSize(1);
        assertThat(runbook.steps(cause("cut-off"), Phase.RESOLUTION)).isEmpty();
        assertThat(runbook.steps(cause("anything"), Phase.VERIFICATION)).hasSize(1);
        assertThat(runbook.steps(Cause.of("other", "cut-off"), Phase.DIAGNOSIS)).isEmpty();
        assertThat(runbook.diagnosisExpectations("redis-away", java.util.List.of(cause("stopped"), cause("paused"))))
                .isEqualTo(3);
    }

    @Test
    void anEditAndABlockInAListAreReadToo() throws MalformedRunbook {
        Runbook runbook = RunbookReader.read(RUNBOOK);

        assertThat(runbook.steps(cause("paused"), Phase.RESOLUTION)).singleElement()
                .satisfies(step -> assertThat(step.patch()).isTrue());
        assertThat(runbook.steps(cause("paused"), Phase.VERIFICATION)).singleElement()
                .satisfies(
                        step -> assertThat(step.text()).isEqualTo("docker exec falcon-redis \\\n  redis-cli ping\n"));
    }

    @Test
    void whatIsNotRunIsKeptToBeLookedAt() throws MalformedRunbook {
        Runbook runbook = RunbookReader.read(RUNBOOK);

        assertThat(runbook.healthy()).singleElement().satisfies(step -> assertThat(step.incident()).isEmpty());
        assertThat(runbook.unrun()).extracting(Runbook.Unrun::marker).containsExactly("kubernetes", "people: browser");
        assertThat(runbook.incidents()).containsExactly(
                new Runbook.Incident("redis-away", "Incident 4: Redis away", 11));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            "```bash\\nls\\n```"                                              | line 1: a block of bash needs a comment
            "```sh\\nls\\n```"                                                | line 1: a block of sh needs
            "<!-- diagnosis\\n*: a\\n-->\\n\\n```bash\\nls\\n```"                | line 1: no fence
            "<!-- diagnosis\\n*: a\\n-->\\ntext"                               | line 1: no fence
            "<!-- resolution\\n*: a\\n-->\\n```bash\\nls\\n```"                 | line 1: a step of a resolution outside
            "<!-- healthy -->\\n```bash\\nls\\n```"                            | line 1: nothing is expected
            "<!-- healthy soon\\n*: a\\n-->\\n```bash\\nls\\n```"               | line 1: "healthy soon" is no PHASE
            "<!-- healthy\\nwhat it shows\\n-->\\n```bash\\nls\\n```"           | line 2: "what it shows" is no CAUSES
            "<!-- healthy\\n*: (\\n-->\\n```bash\\nls\\n```"                    | line 2: /(/ is no regular expression
            "<!-- healthy\\n*= one\\n-->\\n```bash\\nls\\n```"                  | line 2: "one" is no exit status
            "<!-- healthy\\n*: a\\n-->\\n```diff\\n+A=1\\n```"                  | line 4: this block must be bash
            "<!-- healthy patch=.env\\n*: a\\n-->\\n```diff\\nA=1\\n```"        | line 4: "A=1" is no -NAME=value
            "<!-- people: luck -->\\n```text\\nwait\\n```"                      | line 1: "luck" is none of what
            "<!-- kubernetes -->\\n```text\\nkubectl\\n```"                     | line 2: this block must be bash
            "<!-- incident a -->\\n## A\\n<!-- incident a -->\\n## B"           | line 4: incident a has a section already
            "<!-- healthy\\n*: a"                                             | line 1: this comment does not end
            "```text\\na"                                                     | line 1: this block does not end
            """)
    void aMistakeIsToldWithItsLine(String text, String fault) {
        assertThatThrownBy(() -> RunbookReader.read(text.replace("\\n", "\n")))
                .isInstanceOf(MalformedRunbook.class)
                .hasMessageContaining(fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker logs -f falcon-worker-1", "docker compose logs --tail 5 -f worker-1 | grep a",
        "tail -n 1 -F a.log", "watch -n 5 'curl -s a'", "timeout 9 watch ls", "make logs", "journalctl -u a --follow"})
    void whatSomebodyHasToEndIsEndless(String bash) {
        assertThat(step(bash).isEndless()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker rm -f a", "docker logs falcon-worker-1 | tail -n 5", "docker logs a | cut -f 1",
        "make logs-of-all", "docker compose -f a.yml logs"})
    void whatEndsByItselfIsNot(String bash) {
        assertThat(step(bash).isEndless()).isFalse();
    }

    private static Step step(String bash) {
        return new Step(1, "", Phase.HEALTHY, null, false, java.util.List.of(), bash);
    }

    @Test
    void anExpectationIsHeldAgainstOutputAndStatus() {
        Map<How, String> expected = Map.of(How.FOUND, "^PONG$", How.NOT_FOUND, "NOAUTH", How.STATUS, "0");
        expected.forEach((how, wanted) -> {
            Expectation expectation = new Expectation(1, Set.of("*"), how, wanted);
            assertThat(expectation.holds(new Outcome(0, "once\nPONG\n"))).isTrue();
            assertThat(expectation.holds(new Outcome(1, "NOAUTH PONG"))).isFalse();
        });
    }
}
