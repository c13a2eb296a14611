package dev.falcon.proving.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code scripts/deploy.sh} remembers of versions; docker is a stand-in that notes what it is asked. */
class DeployScriptTest {

    private record Ended(int status, String output) {}

    @TempDir private Path home;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(home.resolve("scripts"));
        Files.copy(KubernetesTest.ROOT.resolve("scripts/deploy.sh"), home.resolve("scripts/deploy.sh"));
        Files.writeString(home.resolve(".env"), "FALCON_VERSION=1\nHTTP_PORT=80\n");
        Path docker = Files.createDirectories(home.resolve("bin")).resolve("docker");
        Files.writeString(docker, """
                #!/bin/sh
                case "$*" in
                "image inspect falcon-worker:missing") exit 1 ;;
                *" worker-2") if [ -e sick ]; then exit 1; fi ;;
                esac
                """);
        assertThat(docker.toFile().setExecutable(true)).isTrue();
        // Nothing takes in an address here, so nothing is waited for.
        Path sleep = home.resolve("bin/sleep");
        Files.writeString(sleep, "#!/bin/sh\n");
        assertThat(sleep.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void aRollbackGoesToTheVersionBeforeTheLastDeployAndIsNotRepeated() throws Exception {
        assertThat(deploy("2").status()).isZero();
        assertThat(env()).contains("FALCON_VERSION=2", "FALCON_PREVIOUS_VERSION=1");

        assertThat(deploy("-").output()).contains("worker-1: on 1", "worker-3: on 1");
        assertThat(env()).contains("FALCON_VERSION=1", "FALCON_PREVIOUS_VERSION=");

        Ended again = deploy("-");
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.output()).contains("No version to go back to");
        assertThat(env()).contains("FALCON_VERSION=1");
    }

    @Test
    void aDeployThatIsRepeatedDoesNotForgetWhatRanBefore() throws Exception {
        deploy("2");
        deploy("2");

        assertThat(env()).contains("FALCON_VERSION=2", "FALCON_PREVIOUS_VERSION=1");
    }

    @Test
    void aRollbackThatStopsHalfWayFindsItsVersionAgain() throws Exception {
        deploy("2");
        Files.writeString(home.resolve("sick"), "");
        Ended stopped = deploy("-");
        assertThat(stopped.status()).isEqualTo(1);
        assertThat(stopped.output()).contains("worker-2 did not become ready");

        Files.delete(home.resolve("sick"));
        assertThat(deploy("-").output()).contains("worker-3: on 1");
        assertThat(env()).contains("FALCON_VERSION=1", "FALCON_PREVIOUS_VERSION=");
    }

    @Test
    void anImageThatIsNotThereChangesNothing() throws Exception {
        assertThat(deploy("missing").status()).isEqualTo(2);
        assertThat(env()).containsExactly("FALCON_VERSION=1", "HTTP_PORT=80");
    }

    private List<String> env() throws IOException {
        return Files.readAllLines(home.resolve(".env"));
    }

    private Ended deploy(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", home.resolve("scripts/deploy.sh").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", home.resolve("bin").toString(), (path, ours) -> ours + ":" + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }
}
