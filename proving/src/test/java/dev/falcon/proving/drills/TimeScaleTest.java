package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TimeScaleTest {

    private static final Path PROMETHEUS = Path.of("..", "deploy", "prometheus");
    private static final String ANY_TIME = "\\b\\d+[smhdw]\\b";

    static List<Path> rules() throws IOException {
        try (Stream<Path> files = Files.list(PROMETHEUS.resolve("rules"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theWayBackGivesEveryByteOfTheRules(Path file) throws IOException {
        String rules = Files.readString(file);
        String shortened = TimeScale.shortened(rules);

        assertThat(shortened).isNotEqualTo(rules);
        assertThat(TimeScale.lengthened(shortened)).isEqualTo(rules);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void nothingButTimesChanges(Path file) throws IOException {
        String rules = Files.readString(file);

        assertThat(TimeScale.shortened(rules).replaceAll(ANY_TIME, "TIME"))
                .isEqualTo(rules.replaceAll(ANY_TIME, "TIME"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void noTimeOfAnExpressionStaysAsItWas(Path file) throws IOException {
        List<String> before = Files.readString(file).lines().toList();
        List<String> after = TimeScale.shortened(Files.readString(file)).lines().toList();

        for (int i = 0; i < before.size(); i++) {
            if (before.get(i)
                    .matches(
                            "\\s*(?!#|summary|description|- record|runbook_url).*(\\[\\d+[smhdw]|offset \\d|for: \\d).*")) {
                assertThat(after.get(i)).as("line " + (i + 1)).isNotEqualTo(before.get(i));
            }
        }
    }

    @Test
    void windowsOffsetsForAndIntervalsAreDividedAndThresholdsAreNot() {
        String rules = """
                groups:
                  - name: a
                    interval: 2m
                    rules:
                      # rate over [5m]
                      - record: a:rate5m
                        expr: rate(a[5m]) - rate(a[1h:30s] offset 3d) > 300
                      - alert: A
                        expr: a:rate5m > 0.05
                        for: 1m
                        annotations:
                          description: "for 5 minutes, [5m]"
                """;

        assertThat(TimeScale.shortened(rules)).isEqualTo("""
                groups:
                  - name: a
                    interval: 12s
                    rules:
                      # rate over [5m]
                      - record: a:rate5m
                        expr: rate(a[30s]) - rate(a[6m:3s] offset 432m) > 300
                      - alert: A
                        expr: a:rate5m > 0.05
                        for: 6s
                        annotations:
                          description: "for 5 minutes, [5m]"
                """);
    }

    @Test
    void aTimeThatCannotBeDividedIsRefused() {
        assertThatThrownBy(() -> TimeScale.shortened("rate(a[15s])")).hasMessageContaining("15 s cannot be divided");
    }

    @Test
    void onlyTheTimesOfScrapesChangeInTheConfiguration() throws IOException {
        List<String> before = Files.readString(PROMETHEUS.resolve("prometheus.yml")).lines().toList();
        List<String> after =
                TimeScale.everySecond(Files.readString(PROMETHEUS.resolve("prometheus.yml"))).lines().toList();

        assertThat(after).hasSameSizeAs(before)
                .filteredOn(each -> !before.contains(each))
                .containsExactly("  scrape_interval: 1s", "  scrape_timeout: 1s", "  evaluation_interval: 1s");
    }

    @Test
    void theFolderIsCopiedAsAWhole(@TempDir Path folder) throws IOException {
        TimeScale.copy(PROMETHEUS, folder);
        TimeScale.copy(PROMETHEUS, folder);

        assertThat(folder.resolve("prometheus.yml")).exists();
        assertThat(folder.resolve("rules")).isDirectoryContaining("glob:**/alerts.yml")
                .isDirectoryContaining("glob:**/recording.yml");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sleep 5             | sleep 0.5
            sleep 30; ls        | sleep 3; ls
            (sleep 10 && ls)    | (sleep 1 && ls)
            sleep 2s            | sleep 0.2s
            sleep 1m            | sleep 1m
            asleep 10           | asleep 10
            watch -n 5 ls       | watch -n 5 ls
            """)
    void sleepsAreShorterAndNothingElse(String before, String after) {
        assertThat(TimeScale.impatient(before)).isEqualTo(after);
    }

    @Test
    void howFarBackAnAlertLooksIsReadFromItsRules() throws IOException {
        String rules = TimeScale.shortened(Files.readString(PROMETHEUS.resolve("rules/alerts.yml")));

        assertThat(TimeScale.offsetSeconds(rules, "LowCacheHitRate")).isEqualTo(360);
        assertThat(TimeScale.offsetSeconds(rules, "HighMemoryUsage")).isEqualTo(30);
        assertThat(TimeScale.offsetSeconds(rules, "WorkerDown")).isZero();
    }
}
