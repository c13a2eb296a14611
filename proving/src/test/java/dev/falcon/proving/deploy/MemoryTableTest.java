package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The containers that docs/decisions/0008 lists start with as many processors as it says, and with one more they do not. */
final class MemoryTableTest {

    private static final Path DECISION = KubernetesTest.ROOT.resolve("docs/decisions/0008-memory-that-adds-up.md");
    private static final Path UNIT = KubernetesTest.ROOT.resolve("deploy/systemd/falcon-inference.service");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d+(?:\\.\\d+)?) ([MG])B \\| (\\d+) \\| (\\d+) MB \\| ([^|]*) \\|$");
    private static final Pattern VARIABLE = Pattern.compile("`([A-Z_]+)=([^`]+)`");

    @Test
    void eachRowIsAsFarAsItGoes() throws IOException {
        String launcher = Files.readString(KubernetesTest.ROOT.resolve("bin/falcon"));
        List<MatchResult> rows = ROW.matcher(Files.readString(DECISION)).results().toList();

        assertThat(rows).hasSizeGreaterThan(6).allSatisfy(row -> {
            int cores = Integer.parseInt(row.group(3));
            Container container = container(row, cores);
            assertThat(container.bounds(launcher).heap() / Container.MB).isEqualTo(Long.parseLong(row.group(4)));
            assertThat(container.refusal(launcher)).isNull();
            assertThat(container(row, cores + 1).refusal(launcher)).contains("does not fit");
        });
    }

    /** The sizes that other pages name without a table. */
    @Test
    void whatIsShippedIsInTheTable() throws IOException {
        assertThat(ROW.matcher(Files.readString(DECISION)).results().map(MatchResult::group))
                .anyMatch(row -> row.matches("\\| 768 MB \\| 1 \\|.*as shipped.*"))
                .anyMatch(row -> row.matches("\\| 512 MB \\| 14 \\|.*`DEFAULT_MODEL=sentiment-linear`.*"))
                .anyMatch(row -> row.matches("\\| 1 GB \\| 4 \\|.*MaxRAMPercentage=45`.*"))
                .anyMatch(row -> row.matches("\\| 1.5 GB \\| 16 \\|.*MaxRAMPercentage=40`.*"));
        assertThat(Files.readString(UNIT)).contains("MemoryMax=1536M", "-XX:MaxRAMPercentage=40",
                "machines of up to 16 cores");
    }

    private static Container container(MatchResult row, int cores) {
        Map<String, String> variables = new TreeMap<>();
        VARIABLE.matcher(row.group(5)).results().forEach(each -> variables.put(each.group(1), each.group(2)));
        double size = Double.parseDouble(row.group(1));
        return new Container(Math.round(size * (row.group(2).equals("G") ? 1024 : 1) * Container.MB), cores,
                variables);
    }
}
