package dev.falcon.proving.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ContainerTest {

    @Test
    void readsWhatDockerSaysOfARunningOne() throws IOException {
        assertThat(Container.parse("/falcon-redis|true|42||redis:8|falcon_default 172.18.0.3 \n"))
                .isEqualTo(new Container("falcon-redis", 42, "falcon_default", "172.18.0.3", "", "redis:8"));
        assertThat(Container.parse("/falcon-redis|true|42|0-1|redis:8|a 172.18.0.3 ").cpuset()).isEqualTo("0-1");
    }

    @Test
    void refusesOneThatCannotBeAsked() {
        assertThatThrownBy(() -> Container.parse("/falcon-redis|false|0||redis:8|falcon_default  "))
                .isInstanceOf(IOException.class)
                .hasMessage("falcon-redis does not run");
        assertThatThrownBy(() -> Container.parse("/falcon-redis|true|42||redis:8|a 10.0.0.1 b 10.0.1.1 "))
                .hasMessage("falcon-redis is not in one network: a 10.0.0.1 b 10.0.1.1");
        assertThatThrownBy(() -> Container.parse("Error: No such container: falcon-redis"))
                .hasMessageContaining("No such container");
    }

    @Test
    void findsTheCpuAccountOfEitherVersionOfControlGroups() {
        assertThat(Container.accounts("3:cpuset:/docker/ab\n2:cpu,cpuacct:/docker/ab\n0::/docker/ab\n"))
                .containsExactly("cpuacct/docker/ab/cpuacct.usage", "docker/ab/cpu.stat");
        assertThat(Container.accounts("0::/system.slice/docker-ab.scope\n"))
                .containsExactly("system.slice/docker-ab.scope/cpu.stat");
    }

    @Test
    void readsTheCpuAccountOfEitherVersion() {
        assertThat(Container.nanos("1234567\n")).isEqualTo(1_234_567);
        assertThat(Container.nanos("usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n")).isEqualTo(1_500_000);
    }
}
