package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runbook of this checkout and the causes of this module; and that each kind of gap is seen. */
final class CoverageTest {

    private static final Path ROOT = Path.of("..");
    private static final List<Cause> CAUSES =
            List.of(Cause.of("redis", "stopped"), Cause.of("redis", "flushed").healing(),
                    Cause.of("postgres", "locked"));
    private static final String RUNBOOK = """
            <!-- incident redis -->
            ## Redis

            <!-- diagnosis
            stopped, flushed: a
            -->
            ```bash
            ls
            ```

            <!-- resolution
            stopped: a
            -->
            ```bash
            ls
            ```

            <!-- verification
            *: a
            -->
            ```bash
            ls
            ```

            <!-- incident postgres -->
            ## PostgreSQL

            <!-- diagnosis
            locked: a
            -->
            ```bash
            ls
            ```

            <!-- resolution
            locked: a
            -->
            ```bash
            ls
            ```

            <!-- verification
            locked: a
            -->
            ```bash
            ls
            ```
            """;

    @Test
    void everyCommandIsRunAndEveryCauseHasItsSteps() throws IOException, MalformedRunbook {
        assertThat(Coverage.faults(Runbook.of(ROOT), Causes.all())).isEmpty();
    }

    @Test
    void theOneThatIsChangedBelowIsRight() throws MalformedRunbook {
        assertThat(Coverage.faults(RunbookReader.read(RUNBOOK), CAUSES)).isEmpty();
    }

    @Test
    void theBuildDrillsOneCauseOfEachIncident() throws IOException {
        String build = Files.readString(ROOT.resolve(".ci/run"));
        Matcher drilled = Pattern.compile("drill .*--cause \"([^\"]+)\"").matcher(build.replace("\\\n", ""));
        assertThat(drilled.find()).isTrue();
        List<String> names = List.of(drilled.group(1).split(",", -1));

        assertThat(Causes.all().stream().filter(each -> names.contains(each.name())).map(Cause::incident))
                .hasSameSizeAs(names)
                .containsExactlyInAnyOrderElementsOf(
                        Causes.all().stream().map(Cause::incident).collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stopped, flushed: a | stopped: a         | flushed has no step of its diagnosis
            *: a                | stopped: a         | flushed has no step of its verification
            stopped: a          | flushed: a         | stopped has no step of its resolution
            stopped: a          | locked: a          | line 14: locked is no cause of redis
            stopped: a          | locked: a          | line 14: no drill runs this
            incident postgres   | incident mysql     | nothing causes mysql
            incident postgres   | incident mysql     | postgres has no section
            locked: a           | slow: a            | slow is no cause of postgres
            """)
    void seeded_aGapIsSeen(String text, String instead, String fault) throws MalformedRunbook {
        assertThat(Coverage.faults(RunbookReader.read(RUNBOOK.replace(text, instead)), CAUSES)).anySatisfy(
                each -> assertThat(each).contains(fault));
    }

    @Test
    void seeded_twoCausesOfOneNameAreSeen() throws MalformedRunbook {
        List<Cause> twice = List.of(CAUSES.get(0), CAUSES.get(1), CAUSES.get(2), CAUSES.get(0).firing("A", Map.of()));

        assertThat(Coverage.faults(RunbookReader.read(RUNBOOK), twice))
                .containsExactly("two causes are called stopped");
    }
}
