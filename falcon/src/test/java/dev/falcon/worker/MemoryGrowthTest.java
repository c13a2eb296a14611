package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.MetricsPage;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The drill of a worker that leaks memory: seen coming, dead of it in the way the runbook says, and told afterwards. */
@Timeout(180)
final class MemoryGrowthTest {

    private static final int MB = 1024 * 1024;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC"})
    void aLeakShowsInTheLiveHeapThenEndsTheWorkerAndIsToldByTheNextOne(String collector) {
        WorkerSetup setup = WorkerSetup.in(folder)
                .withJava("-XX:-UseSerialGC", collector, "-Xmx96m", "-XX:+ExitOnOutOfMemoryError");
        setup.with("CACHE_LOCAL_MAX_ENTRIES", "1000")
                .with("MAX_CONNECTIONS", "1000")
                .with("DEBUG_MEMORY_GROWTH", "true")
                .with("DEBUG_MEMORY_GROWTH_MB_PER_REQUEST", "2");
        double highest = 0;
        try (WorkerProcess worker = setup.start()) {
            assertThat(worker.log().of("debug_memory_growth")).singleElement()
                    .matches(line -> line.text("level").equals("CRITICAL"))
                    .matches(line -> line.message().contains("2 MB")
                            && line.message().contains("DEBUG_MEMORY_GROWTH=false"));
            assertThat(worker.metric("debug_memory_growth_enabled")).isEqualTo(1);
            int answered = 0;
            try {
                while (answered < 96) {
                    assertThat(worker.infer("text number " + answered).status()).isEqualTo(200);
                    answered++;
                    highest = Math.max(highest, liveShare(worker.metrics()));
                }
            } catch (UncheckedIOException e) {
                // It died while it answered, as it should.
            }
            assertThat(answered).isBetween(20, 48);
            assertThat(worker.exitStatus()).isEqualTo(3);
            assertThat(worker.log().plain()).anyMatch(
                    line -> line.startsWith("Terminating due to java.lang.OutOfMemoryError"));
        }
        assertThat(highest).as("the alert's input before the end").isGreaterThan(0.85);

        setup.with("DEBUG_MEMORY_GROWTH", "false").with("DEBUG_MEMORY_GROWTH_MB_PER_REQUEST", "0");
        try (WorkerProcess next = setup.start()) {
            assertThat(next.metric("worker_last_exit_clean")).isZero();
            assertThat(next.metric("debug_memory_growth_enabled")).isZero();
            assertThat(next.metric("debug_crash_on_text_enabled")).isZero();
            assertThat(next.log().of("debug_memory_growth")).isEmpty();
        }
    }

    /** What HighMemoryUsage looks at: the live heap over the heap's limit; 0 before the first collection. */
    private static double liveShare(MetricsPage page) {
        double live = page.sum("heap_live_after_gc_bytes");
        return Double.isNaN(live) ? 0 : live / page.sum("jvm_memory_max_bytes", "area=\"heap\"");
    }

    @Test
    void theSizeAloneLeaksNothingAndIsSaid() {
        try (WorkerProcess worker = WorkerSetup.in(folder).with("DEBUG_MEMORY_GROWTH_MB_PER_REQUEST", "64").start()) {
            for (int i = 0; i < 10; i++) {
                assertThat(worker.infer("text number " + i).status()).isEqualTo(200);
            }
            assertThat(worker.metric("jvm_memory_used_bytes", "area=\"heap\"")).isLessThan(128d * MB);
            assertThat(worker.log().of("setting_without_effect")).singleElement()
                    .matches(line -> line.message().contains("DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=64"));
            assertThat(worker.log().of("debug_memory_growth")).isEmpty();
            assertThat(worker.metric("debug_memory_growth_enabled")).isZero();
        }
    }

    @Test
    void theFlagWithoutASizeIsSaidTooAndStillShown() {
        try (WorkerProcess worker = WorkerSetup.in(folder).with("DEBUG_MEMORY_GROWTH", "true").start()) {
            assertThat(worker.infer("one text").status()).isEqualTo(200);
            assertThat(worker.log().of("setting_without_effect")).hasSize(1);
            assertThat(worker.metric("debug_memory_growth_enabled")).isEqualTo(1);
        }
    }
}
