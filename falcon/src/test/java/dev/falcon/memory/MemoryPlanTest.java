package dev.falcon.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MemoryPlanTest {

    private static final long MB = 1024 * 1024;

    private static MemoryLimit limit(long mb) {
        return new MemoryLimit(mb * MB, "/sys/fs/cgroup/memory.max");
    }

    /** The bounds that bin/falcon sets, in a container of that size. */
    private static JvmBounds shipped(long containerMb) throws IOException {
        String launcher = Files.readString(Path.of("..", "bin", "falcon"));
        return new JvmBounds(containerMb * MB * option(launcher, "(?m)^ +-XX:MaxRAMPercentage=(\\d+)") / 100,
                option(launcher, "MaxDirectMemorySize=(\\d+)m") * MB,
                option(launcher, "-Dio.netty.maxDirectMemory=(\\d+)"),
                option(launcher, "MaxMetaspaceSize=(\\d+)m") * MB,
                option(launcher, "ReservedCodeCacheSize=(\\d+)m") * MB, option(launcher, "-Xss(\\d+)k") * 1024, true,
                2);
    }

    private static long option(String launcher, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(launcher);
        assertThat(found.find()).as(pattern).isTrue();
        return Long.parseLong(found.group(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {512, 1024, 2048, 24_576})
    void whatIsShippedFitsIntoAContainer(long mb) throws IOException {
        assertThat(MemoryPlan.refusal(shipped(mb), limit(mb))).isNull();
    }

    @Test
    void whatIsShippedDoesNotFitIntoASmallerOne() throws IOException {
        assertThat(MemoryPlan.refusal(shipped(400), limit(400))).contains("400 MB (/sys/fs/cgroup/memory.max)");
    }

    @Test
    void aRefusalNamesEveryAddendItsOptionAndAHeapThatFits() throws IOException {
        JvmBounds shipped = shipped(1024);
        JvmBounds tooLarge = new JvmBounds(1024 * MB, shipped.direct(), 7 * MB, shipped.metaspace(),
                shipped.codeCache(), shipped.stack(), true, 2);

        String refusal = MemoryPlan.refusal(tooLarge, limit(1024));

        assertThat(refusal).contains("heap 1024 MB (-Xmx or -XX:MaxRAMPercentage)")
                .contains("32 MB (-XX:MaxDirectMemorySize)")
                .contains("7 MB (-Dio.netty.maxDirectMemory)")
                .contains("96 MB (-XX:MaxMetaspaceSize)")
                .contains("48 MB (-XX:ReservedCodeCacheSize)")
                .contains("16 MB (-Xss)")
                .doesNotContain("\n");
        Matcher advice = Pattern.compile("-Xmx(\\d+)m in JAVA_OPTS").matcher(String.valueOf(refusal));
        assertThat(advice.find()).isTrue();
        long heap = Long.parseLong(advice.group(1)) * MB;
        assertThat(heap).isGreaterThan(600 * MB);
        assertThat(MemoryPlan.refusal(new JvmBounds(heap, tooLarge.direct(), tooLarge.nettyDirect(),
                tooLarge.metaspace(), tooLarge.codeCache(), tooLarge.stack(), true, 2), limit(1024))).isNull();
    }

    @Test
    void anUnboundedMetaspaceCountsAsWhatIsUsual() {
        JvmBounds jvm = new JvmBounds(64 * MB, 0, 0, JvmBounds.UNBOUNDED, 0, 0, false, 1);

        assertThat(MemoryPlan.sum(MemoryPlan.addends(jvm))).isBetween(96 * MB, 300 * MB);
    }

    @Test
    void theBoundsOfThisProcessAreThoseOfItsOptions() {
        JvmBounds own = JvmBounds.ofThisProcess();

        assertThat(own.heap()).isBetween(Runtime.getRuntime().maxMemory(), 2 * Runtime.getRuntime().maxMemory());
        assertThat(own.direct()).isPositive();
        assertThat(own.stack()).isBetween(128L * 1024, 64 * MB);
    }

    @ParameterizedTest
    @CsvSource({"MAX_BODY_BYTES, 33554432", "CACHE_LOCAL_MAX_ENTRIES, 10000000", "LOG_BUFFER_CAPACITY, 1000000",
        "MAX_CONNECTIONS, 100000"})
    void aSettingThatAllowsMoreThanTheHeapHoldsIsNamed(String setting, String value) throws SettingsFaults {
        assertThat(HeapPlan.refusal(settings(setting + "=" + value), 128 * MB)).contains(setting)
                .contains("the heap is 128 MB")
                .contains("-Xmx");
    }

    @Test
    void theDefaultsFitIntoASmallHeap() throws SettingsFaults {
        assertThat(HeapPlan.refusal(settings(), 128 * MB)).isNull();
    }

    @Test
    void answersThatAreNotReadHaveTheirShareBesideTheConnections() throws SettingsFaults {
        assertThat(HeapPlan.refusal(settings("MAX_CONNECTIONS=5700"), 128 * MB)).contains("answers on their way 16 MB");
        assertThat(HeapPlan.refusal(settings("MAX_CONNECTIONS=5600"), 128 * MB)).isNull();
    }

    @Test
    void aRecordedTextCountsWithItsGreatestLength() throws SettingsFaults {
        assertThat(HeapPlan.refusal(settings("LOG_BUFFER_CAPACITY=5000"), 179 * MB)).isNull();
        assertThat(HeapPlan.refusal(settings("LOG_BUFFER_CAPACITY=5000", "INFERENCE_LOG_TEXT=true"), 179 * MB))
                .contains("log records 20", "INFERENCE_LOG_TEXT=true");
        assertThat(HeapPlan.refusal(settings("INFERENCE_LOG_TEXT=true"), 179 * MB))
                .as("the default buffer in the heap of a container of 512 MB")
                .isNull();
    }

    @Test
    void whatIsTurnedOffIsNotCounted() throws SettingsFaults {
        assertThat(HeapPlan.refusal(settings("CACHE_ENABLED=false", "CACHE_LOCAL_MAX_ENTRIES=10000000"), 128 * MB))
                .isNull();
    }

    private static Settings settings(String... lines) throws SettingsFaults {
        Map<String, String> environment = Arrays.stream(lines)
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return SettingsReader.read(new Sources(environment, null),
                new SettingsReader.Surroundings("w", 2, Path.of(".")));
    }
}
