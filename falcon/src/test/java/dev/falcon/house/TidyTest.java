package dev.falcon.house;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.house.Tidy.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TidyTest {
    /**
     * Faults that are let be for now, each as {@code rule, space, place}, as the failing test prints them. The list may
     * only shrink: an entry that is no longer needed fails the test too.
     */
    private static final Set<String> LET_BE = Set.of();

    private final Tidy tidy = new Tidy(FloorPlan.ofFalcon());
    private final List<Source> sources = new ArrayList<>();

    @BeforeAll
    void readAllSources() {
        sources.addAll(Source.below(Path.of("src", "main", "java")));
        sources.addAll(Source.below(Path.of("src", "test", "java")));
        sources.addAll(Source.below(Path.of("..", "proving", "src")));
    }

    @Test
    void theSourcesAreFound() {
        assertThat(sources).anyMatch(Source::isTest).anyMatch(source -> !source.isTest());
    }

    @Test
    void everySourceIsTidy() {
        assertThat(sources.stream().flatMap(source -> tidy.faults(source).stream()))
                .filteredOn(fault -> !LET_BE.contains(fault.rule() + " " + fault.place()))
                .isEmpty();
    }

    @Test
    void everyExceptionIsStillNeeded() {
        assertThat(sources.stream().flatMap(source -> tidy.faults(source).stream()))
                .extracting(fault -> fault.rule() + " " + fault.place())
                .containsAll(LET_BE);
    }

    @Test
    void seeded_anImportThatLeavesNoTraceInClassFilesIsReported(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, """
                package dev.falcon.cache;
                import static dev.falcon.serving.Admission.LIMIT;
                import dev.falcon.inference.ModelId;
                import java.util.List;
                final class Peek {}
                """);

        assertThat(fault.rule()).isEqualTo("import");
        assertThat(fault.place()).endsWith("Peek.java:2");
        assertThat(fault.detail()).isEqualTo("room cache must not use room serving");
    }

    @Test
    void seeded_anImportOfAnothersLibraryIsReported(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, """
                package dev.falcon.cache;
                import java.sql.*;
                final class Rows {}
                """);

        assertThat(fault.detail()).startsWith("room cache must not use java.sql");
    }

    @Test
    void seeded_aLongFileIsReported(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, "package dev.falcon.cache;\n" + "\n".repeat(399) + "final class Long {}\n");

        assertThat(fault.rule()).isEqualTo("long file");
        assertThat(fault.detail()).startsWith("401 lines");
    }

    @Test
    void seeded_aLongMethodIsReportedAndOneAtTheLimitIsNot(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, "package dev.falcon.cache;\nfinal class Long {\n"
                + "    void atTheLimit() {\n" + "\n".repeat(58) + "    }\n"
                + "    void above() {\n" + "\n".repeat(59) + "    }\n}\n");

        assertThat(fault.rule()).isEqualTo("long method");
        assertThat(fault.place()).endsWith("Long.java#above");
    }

    @Test
    void seeded_manyParametersOfAPublicMethodAreReported(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, """
                package dev.falcon.cache;
                final class Many {
                    public Many(int a, int b, int c, int d, int e) {}
                    public void four(int a, int b, int c, int d) {}
                    public void five(int a, int b, int c, int d, int e) {}
                    void inside(int a, int b, int c, int d, int e) {}
                    @Override public void given(int a, int b, int c, int d, int e) {}
                }
                """);

        assertThat(fault.rule()).isEqualTo("many parameters");
        assertThat(fault.place()).endsWith("Many.java#five");
    }

    @Test
    void seeded_workLeftUndoneIsReported(@TempDir Path folder) throws IOException {
        Fault fault = onlyFault(folder, """
                package dev.falcon.cache;
                // %s: later
                final class Later {}
                """.formatted("TO" + "DO"));

        assertThat(fault.rule()).isEqualTo("left undone");
        assertThat(fault.place()).endsWith("Later.java:2");
    }

    @Test
    void seeded_skippedTestsAndSleepsAreReportedInTests(@TempDir Path folder) throws IOException {
        List<Fault> faults = faults(folder.resolve("src/test"), """
                package dev.falcon.cache;
                final class SkippedTest {
                    @Disabled void off() {}
                    @org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable(named = "CI") void sometimes() {}
                    void assumed() { Assumptions.assumeTrue(false); }
                    void slept() throws Exception { Thread.sleep(1); }
                    void rested() throws Exception { java.util.concurrent.TimeUnit.SECONDS.sleep(1); }
                    void fine(Ticker ticker) throws Exception { ticker.sleep(null); }
                }
                """);

        assertThat(faults).extracting(Fault::rule)
                .containsExactlyInAnyOrder("skipped test", "skipped test", "skipped test", "sleep", "sleep");
    }

    private Fault onlyFault(Path folder, String source) throws IOException {
        List<Fault> faults = faults(folder, source);
        assertThat(faults).hasSize(1);
        return faults.getFirst();
    }

    private List<Fault> faults(Path folder, String source) throws IOException {
        Seeded.write(folder, source);
        return Source.below(folder).stream().flatMap(each -> tidy.faults(each).stream()).toList();
    }
}
