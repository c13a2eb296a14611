package dev.falcon.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines and containers as the kernel shows them, in a folder. */
final class MemoryLimitTest {

    private static final long MB = 1024 * 1024;
    private static final String V1_NONE = "9223372036854771712";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path root;

    @BeforeEach
    void aMachineOfFourGigabytes() throws IOException {
        write("proc/meminfo", "MemTotal:        4194304 kB\nMemFree:  1 kB\n");
    }

    @Test
    void withoutAGroupTheMachineIsTheLimit() {
        assertThat(MemoryLimit.in(root)).isEqualTo(new MemoryLimit(4096 * MB, "the machine's memory"));
    }

    @Test
    void aContainerWithANamespaceOfItsOwnSeesItsLimitAtTheTop() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n");
        write("sys/fs/cgroup/memory.max", 512 * MB + "\n");

        assertThat(MemoryLimit.in(root)).isEqualTo(new MemoryLimit(512 * MB, "/sys/fs/cgroup/memory.max"));
    }

    @Test
    void theLeastLimitOfNestedGroupsCounts() throws IOException {
        write("proc/self/cgroup", "0::/pods/burstable/worker\n");
        write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("sys/fs/cgroup/pods/memory.max", 900 * MB + "\n");
        write("sys/fs/cgroup/pods/burstable/memory.max", 700 * MB + "\n");
        write("sys/fs/cgroup/pods/burstable/worker/memory.max", "max\n");

        assertThat(MemoryLimit.in(root).bytes()).isEqualTo(700 * MB);
    }

    @Test
    void theFirstVersionIsReadWhereItHasTheMemoryController() throws IOException {
        write("proc/self/cgroup", "4:memory:/api/worker\n1:cpu:/\n0::/\n");
        write("proc/self/mountinfo", """
                31 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
                35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """);
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_NONE + "\n");
        write("sys/fs/cgroup/memory/api/memory.limit_in_bytes", V1_NONE + "\n");
        write("sys/fs/cgroup/memory/api/worker/memory.limit_in_bytes", 300 * MB + "\n");

        assertThat(MemoryLimit.in(root).bytes()).isEqualTo(300 * MB);
    }

    @Test
    void aContainerThatSeesOnlyItsOwnGroupFindsItUnderTheMountsRoot() throws IOException {
        write("proc/self/cgroup", "4:memory:/docker/abc\n");
        write("proc/self/mountinfo", "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", 256 * MB + "\n");

        assertThat(MemoryLimit.in(root).bytes()).isEqualTo(256 * MB);
    }

    @Test
    void aLimitAboveTheMachinesMemoryIsNone() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        write("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        write("sys/fs/cgroup/memory.max", 64L * 1024 * MB + "\n");

        assertThat(MemoryLimit.in(root).source()).isEqualTo("the machine's memory");
    }

    private void write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, content);
    }
}
