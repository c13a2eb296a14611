package dev.falcon.proving.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerformancePageTest {

    private static final Machine MACHINE = new Machine(2, "A Processor", 2048, "Linux 6", "Vendor 25", 0.5);

    @Test
    void showsMedianSpreadAndRatioOfEachRowBesideItsReference() {
        String page = PerformancePage.of(Chapter.ROWS, section(false,
                row("copy", null, 1000, 3000, 2000), row("sink", "copy", 500, 600, 1000)));

        assertThat(page.lines()).containsSequence("|  | rows/s | ratio |", "|---|---:|---:|",
                "| copy | 2,000 (1,000–3,000) | – |", "| sink | 600 (500–1,000) | 0.50 (0.20–0.50) |");
    }

    @Test
    void saysWhenOnWhatAndByWhichCommandItWasTaken() {
        assertThat(PerformancePage.of(Chapter.ROWS, section(false, row("copy", null, 1))))
                .contains(
                        "Taken 2026-01-02T03:04:00Z, 3 rounds, by `the command` on 2 cores of A Processor, 2,048 MiB, "
                                + "Linux 6, JDK Vendor 25; load average before: 0.50.")
                .contains("What it does not show: ")
                .doesNotContain("quick run");
    }

    @Test
    void warnsOfFiguresOfAQuickRun() {
        assertThat(PerformancePage.of(Chapter.ROWS, section(true, row("copy", null, 1)))).contains("A quick run");
    }

    @Test
    void rowsWithoutAFigureOrAReferenceShowADash() {
        assertThat(PerformancePage.of(Chapter.MEMORY, section(false, row("copy", null, 1)))).contains("| copy | – |");
    }

    @Test
    void thePageHoldsWhatWasMeasuredInTheOrderOfTheChapters() {
        Results results = new Results(new TreeMap<>());
        results.put(Chapter.ROWS, section(false, row("copy", null, 1)));
        results.put(Chapter.SERVING, section(false, row("constant", null, 1)));

        assertThat(PerformancePage.of(results)).containsSubsequence("# Performance", "## " + Chapter.SERVING.title(),
                "## " + Chapter.ROWS.title()).doesNotContain("## " + Chapter.START.title());
    }

    @Test
    void whatIsKeptComesBackAndAnotherRunReplacesItsOwnChapterOnly(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("new").resolve("performance.json");
        Results first = Results.read(file);
        first.put(Chapter.ROWS, section(false, row("copy", null, 1, 2)));
        first.put(Chapter.START, section(false, row("start", "copy", 3)));
        first.write(file);

        Results second = Results.read(file);
        assertThat(second).isEqualTo(first);

        second.put(Chapter.START, section(false, row("start", null, 4)));
        assertThat(second.sections().get("rows")).isEqualTo(first.sections().get("rows"));
        assertThat(second.sections().get("start")).isNotEqualTo(first.sections().get("start"));
    }

    @Test
    void readsCpuTimeAndResidentSetAsLinuxTellsThem() {
        assertThat(UsageMeter.cpuNanos("42 (a (strange) name) S 1 42 42 0 -1 4194560 9 0 0 0 150 25 0 0 20 0"))
                .isEqualTo(1_750_000_000L);
        assertThat(MemoryMeasurement.residentKib("Name:\tjava\nVmRSS:\t  2048 kB\nThreads:\t9\n")).isEqualTo(2048);
    }

    private static Section section(boolean quick, Row... rows) {
        return new Section("2026-01-02T03:04:00Z", "the command", MACHINE, 3, quick, List.of(rows));
    }

    private static Row row(String name, @Nullable String reference, double... rounds) {
        Row row = Row.named(name, reference);
        Arrays.stream(rounds).forEach(round -> row.add("rows_per_second", round));
        return row;
    }
}
