package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.proving.drills.DrillRecord.Control;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {

    private static final long SECOND = 1_000_000_000L;

    private static Runbook runbook(String cause, int expectations) throws MalformedRunbook {
        return RunbookReader.read("<!-- incident redis-unavailable -->\n## Redis\n<!-- diagnosis\n"
                + (cause + ": sick\n").repeat(expectations) + "-->\n```bash\nls\n```\n");
    }

    private static DrillRecord record(String cause) {
        DrillRecord record = new DrillRecord(
                Cause.of("redis-unavailable", cause).firing("CircuitBreakerOpen", Map.of()), Control.NONE);
        record.begun = 0;
        record.volleys = 30 * SECOND;
        record.fault = 31 * SECOND;
        record.detected = 41 * SECOND;
        record.verified = 50 * SECOND;
        record.recovered = 52 * SECOND;
        record.ended = 60 * SECOND;
        record.inFlight = 40;
        record.counts = new Books.Counts(7, 6, 1);
        record.asked = List.of(
                new Asked("a", true, SECOND, SECOND, SECOND + 3_000_000, 200, false, "", ""),
                new Asked("b", true, 40 * SECOND, 40 * SECOND, 40 * SECOND + 5_000_000, 503, true, "", ""));
        record.rows = Map.of("a", 1);
        return record;
    }

    @Test
    void theTableHasALineForEachDrillAndForEachThatWasSkipped() throws MalformedRunbook {
        Report report = Report.of(runbook("redis-stopped", 1),
                List.of(new Result(record("redis-stopped"), List.of()),
                        new Result(record("redis-paused"), List.of("too slow"))),
                List.of(Cause.of("overload", "overload")), List.of());

        assertThat(
                report.table().lines().filter(each -> each.startsWith("| redis-unavailable | redis-stopped")).toList())
                .singleElement()
                .satisfies(line -> assertThat(line.replaceAll(" +", " "))
                        .isEqualTo("| redis-unavailable | redis-stopped | passed"
                                + " | 10.0 | 19.0 | 21.0 | 2 | 1 | 1 | 0 | 0 | 7 | 6 | 1 | 0 | 0 | 3.0 / 3.0 | 0.0 / 0.0 | 0.0 / 0.0"
                                + " | 40 | 0.0 |"));
        assertThat(report.table()).contains("| SKIPPED", "- redis-paused FAILED: too slow");
        assertThat(report.lastLine()).isEqualTo("1 passed, 1 failed, 1 skipped");
        assertThat(report.passed()).isFalse();
    }

    @Test
    void aDiagnosisThatSaysTheSameOfAHealthyStackTooOftenFails() throws MalformedRunbook {
        DrillRecord record = record("redis-stopped");
        record.nonDiagnostic.add("line 9: /ok/ is found");

        Report often =
                Report.of(runbook("redis-stopped", 4), List.of(new Result(record, List.of())), List.of(), List.of());
        Report seldom =
                Report.of(runbook("redis-stopped", 5), List.of(new Result(record, List.of())), List.of(), List.of());

        assertThat(often.table()).contains("1 of the 4 expectations of redis-unavailable's diagnosis");
        assertThat(often.passed()).isFalse();
        assertThat(seldom.passed()).isTrue();
        assertThat(seldom.table()).contains("non-diagnostic: line 9: /ok/ is found");
    }

    @Test
    void whatTheHealthyStackDoesNotShowFailsTheSession() throws MalformedRunbook {
        assertThat(Report.of(runbook("a", 1), List.of(), List.of(), List.of("line 3: not so")).passed()).isFalse();
    }

    @Test
    void noSecretStandsInAReport(@TempDir Path folder) throws IOException, MalformedRunbook {
        Report report = Report.of(runbook("a", 1),
                List.of(new Result(record("redis-stopped"), List.of("status 1 of: redis-cli -a hunter2"))), List.of(),
                List.of());

        report.write(folder, new Scrubber(List.of("hunter2")));

        assertThat(folder).isDirectoryContaining(each -> each.toString().endsWith(".md"));
        assertThat(folder.toFile().listFiles()).singleElement()
                .satisfies(file -> assertThat(file).content()
                        .startsWith("# Drills of 20")
                        .contains("redis-cli -a [secret]", "0 passed, 1 failed, 0 skipped")
                        .doesNotContain("hunter2"));
    }

    @Test
    void whatEarlierRunsOfTheDayFoundOfOtherCausesStaysOnThePage(@TempDir Path folder)
            throws IOException, MalformedRunbook {
        Cause locked = Cause.of("log-backlog", "postgres-locked");
        Report first = Report.of(runbook("a", 1),
                List.of(new Result(record("redis-stopped"), List.of()),
                        new Result(record("redis-paused"), List.of("too slow"))),
                List.of(locked), List.of());
        Report second = Report.of(runbook("a", 1), List.of(new Result(record("redis-paused"), List.of())),
                List.of(record("redis-stopped").cause, locked), List.of());

        first.write(folder, new Scrubber(List.of()));
        second.write(folder, new Scrubber(List.of()));

        assertThat(folder.toFile().listFiles()).singleElement()
                .satisfies(file -> assertThat(file).content()
                        .containsOnlyOnce("| redis-stopped ")
                        .containsOnlyOnce("| redis-paused ")
                        .containsOnlyOnce("| postgres-locked ")
                        .contains("2 passed, 0 failed, 1 skipped")
                        .doesNotContain("too slow"));
    }
}
