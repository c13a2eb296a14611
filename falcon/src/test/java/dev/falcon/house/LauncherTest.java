package dev.falcon.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/falcon, in an installation whose JDKs are scripts that say how they were called. */
final class LauncherTest {
    @TempDir private Path folder;
    private Path root;
    private Path tools;

    @BeforeEach
    void install() throws IOException {
        root = Files.createDirectories(folder.resolve("installation"));
        Files.createDirectories(root.resolve("bin"));
        Files.copy(Path.of("..", "bin", "falcon"), launcher());
        Files.createFile(root.resolve("falcon.jar"));
        tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : new String[]{"cat", "dirname", "grep", "readlink"}) {
            Files.createSymbolicLink(tools.resolve(tool), found(tool));
        }
    }

    /** JUnit warns about links that lead out of its folder when it removes them itself. */
    @AfterEach
    void unlinkTools() throws IOException {
        try (Stream<Path> links = Files.list(tools)) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void takesTheJdkThatTheEnvironmentNamesFirst() throws Exception {
        Path named = jdk("named", "25.0.3");
        writeBuildsChoice(jdk("built", "25.0.1"));

        assertThat(run(Map.of("JAVA25_HOME", named.toString())).output()).startsWith("jdk named\n");
    }

    @Test
    void takesTheJdkOfTheBuildNext() throws Exception {
        writeBuildsChoice(jdk("built", "25"));

        assertThat(run(Map.of("JAVA_HOME", jdk("usual", "25").toString())).output()).startsWith("jdk built\n");
    }

    @Test
    void takesJavaHomeWhenTheBuildsJdkIsGone() throws Exception {
        writeBuildsChoice(folder.resolve("gone"));

        assertThat(run(Map.of("JAVA_HOME", jdk("usual", "25-ea").toString())).output()).startsWith("jdk usual\n");
    }

    @Test
    void takesJavaFromThePathLast() throws Exception {
        Path onPath = jdk("path", "25.0.2");
        Files.createSymbolicLink(tools.resolve("java"), onPath.resolve("bin/java"));

        assertThat(run(Map.of("JAVA_HOME", jdk("old", "17.0.1").toString())).output()).startsWith("jdk path\n");
    }

    @Test
    void refusesANamedJdkOfAnotherVersion() throws Exception {
        Ended ended = run(Map.of("JAVA25_HOME", jdk("old", "2.5").toString()));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.output()).startsWith("falcon: JAVA25_HOME=").endsWith("is not the home of a JDK 25\n");
    }

    @Test
    void namesTheVariableToSetWhenThereIsNoJdk25() throws Exception {
        Path onPath = jdk("path", "17.0.2");
        Files.createSymbolicLink(tools.resolve("java"), onPath.resolve("bin/java"));

        Ended ended = run(Map.of());

        assertThat(ended).isEqualTo(new Ended(1, "falcon: no JDK 25 found; set JAVA25_HOME to the home of one\n"));
    }

    @Test
    void saysHowToBuildWhatIsNotBuilt() throws Exception {
        Files.delete(root.resolve("falcon.jar"));

        Ended ended = run(Map.of("JAVA25_HOME", jdk("named", "25").toString()));

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.output()).contains("run 'make build'");
    }

    @Test
    void findsItsHomeThroughSymbolicLinksAndTellsTheProgram() throws Exception {
        Path first = Files.createSymbolicLink(folder.resolve("first"), launcher());
        Path second = Files.createSymbolicLink(folder.resolve("second"), first.getFileName());

        Ended ended = run(second, Map.of("JAVA25_HOME", jdk("named", "25").toString()));

        assertThat(ended.output()).contains("home " + root.toRealPath() + "\n");
    }

    @Test
    void leavesAHomeThatIsSet() throws Exception {
        Ended ended = run(Map.of("JAVA25_HOME", jdk("named", "25").toString(), "FALCON_HOME", "/srv/falcon"));

        assertThat(ended.output()).contains("home /srv/falcon\n");
    }

    @Test
    void putsTheCallersOptionsAfterItsOwnAndPassesArgumentsUnchanged() throws Exception {
        Ended ended = run(launcher(),
                Map.of("JAVA25_HOME", jdk("named", "25").toString(), "JAVA_OPTS", "-Xmx64m -Da=b"), "serve",
                "two words");

        assertThat(ended.output()).contains("argument -XX:+ExitOnOutOfMemoryError\n")
                .endsWith("argument -Xmx64m\nargument -Da=b\nargument -jar\nargument " + root.toRealPath()
                        + "/falcon.jar\nargument serve\nargument two words\n");
    }

    @Test
    void startsWithTheAotCacheBesideTheJarAndQuietly() throws Exception {
        Files.createFile(root.resolve("falcon.aot"));

        Ended ended = run(Map.of("JAVA25_HOME", jdk("named", "25").toString()));

        assertThat(ended.output()).contains("argument -XX:AOTCache=" + root.toRealPath()
                + "/falcon.aot\nargument -Xlog:aot*=off\nargument -Xlog:cds*=off\nargument -jar\n");
    }

    @Test
    void leavesTheAotCacheToTheCallerWhoSaysSomethingOfOne() throws Exception {
        Files.createFile(root.resolve("falcon.aot"));

        Ended ended = run(launcher(), Map.of("JAVA25_HOME", jdk("named", "25").toString(), "JAVA_OPTS",
                "-Xmx64m -XX:AOTCacheOutput=new.aot"));

        assertThat(ended.output()).contains("argument -XX:AOTCacheOutput=new.aot\n").doesNotContain("AOTCache=");
    }

    @Test
    void speaksOfNoAotCacheWhereThereIsNone() throws Exception {
        assertThat(run(Map.of("JAVA25_HOME", jdk("named", "25").toString())).output()).doesNotContain("aot")
                .doesNotContain("AOT");
    }

    @Test
    void anAotCacheOfAnotherBuildNeitherStopsAStartNorIsSpokenOf() throws Exception {
        Path java = Path.of(System.getProperty("java.home"));
        Files.writeString(root.resolve("falcon.aot"), "recorded from another jar, by another JDK");

        Ended ended = run(launcher(), Map.of("JAVA25_HOME", java.toString(), "JAVA_OPTS", "-version"));

        assertThat(ended.status()).isZero();
        assertThat(ended.output()).startsWith("openjdk version").doesNotContainIgnoringCase("aot");
    }

    @Test
    void becomesTheProgramSoSignalsAndTheExitStatusAreItsOwn() throws Exception {
        Path jdk = jdk("named", "25");
        Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\necho $$\nexit 7\n");
        Process process = start(launcher(), Map.of("JAVA25_HOME", jdk.toString()));

        Ended ended = ended(process);

        assertThat(ended).isEqualTo(new Ended(7, process.pid() + "\n"));
    }

    private Path launcher() {
        return root.resolve("bin/falcon");
    }

    private void writeBuildsChoice(Path jdk) throws IOException {
        Files.createDirectories(root.resolve("target"));
        Files.writeString(root.resolve("target/java-home"), jdk + "\n");
    }

    private Path jdk(String name, String version) throws IOException {
        Path jdk = Files.createDirectories(folder.resolve("jdks").resolve(name));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Someone\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                if [ "$1" = -version ]; then
                    echo 'openjdk version "%2$s" 2026-01-01' >&2
                    exit 0
                fi
                echo "jdk %1$s"
                echo "home $FALCON_HOME"
                for argument; do
                    echo "argument $argument"
                done
                """.formatted(name, version));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return jdk;
    }

    private Ended run(Map<String, String> environment) throws Exception {
        return run(launcher(), environment);
    }

    private Ended run(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        return ended(start(launcher, environment, arguments));
    }

    private Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments)).toList());
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().putAll(environment);
        return builder.directory(folder.toFile()).redirectErrorStream(true).start();
    }

    private static Ended ended(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }

    private static Path found(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private record Ended(int status, String output) {}
}
