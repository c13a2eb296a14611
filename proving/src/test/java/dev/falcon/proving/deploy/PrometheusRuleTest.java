package dev.falcon.proving.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts of the cluster are those of Prometheus' own rule files, but for the groups that a cluster cannot have. */
final class PrometheusRuleTest {
    private static final Path RULES = KubernetesTest.ROOT.resolve("deploy/prometheus/rules");
    private static final Set<String> LEFT_OUT = Set.of("falcon-front-door", "falcon-named-workers");

    @TempDir private Path folder;
    private Path rules;
    private Path out;

    private record Ended(int status, String output) {}

    @BeforeEach
    void makeFolders() throws IOException {
        rules = Files.createDirectories(folder.resolve("rules"));
        out = Files.createDirectories(folder.resolve("out"));
        Files.writeString(rules.resolve("sample.yml"), """
                # Of the file.
                groups:
                  # ---- the front door
                  - name: falcon-front-door
                    rules:
                      - alert: FrontDoorDown
                        expr: up == 0
                  # ---- workers
                  - name: falcon-workers
                    interval: 5s
                    rules:
                      # One.
                      - alert: WorkerDown
                        expr: |
                          max by (worker) (up) == 0

                            # within the expression
                          and vector(1) == 1
                        for: 1m
                        labels: {severity: P2}
                        annotations:
                          description: "Says: {{ $labels.worker }} # no comment"
                  - name: falcon-named-workers
                    rules:
                      - alert: WorkerDown
                        expr: absent(up)

                  # ---- the watch
                  - name: falcon-watch
                    rules:
                      - alert: Watchdog
                        expr: vector(1)
                """);
    }

    @Test
    void whatIsCommittedIsWhatTheRulesMake() throws Exception {
        assertThat(run("--check")).isEqualTo(new Ended(0, ""));
    }

    @Test
    void allCommittedGroupsAreThoseOfTheRules() throws IOException {
        List<Object> expected = new ArrayList<>();
        List<Object> made = new ArrayList<>();
        try (var files = Files.list(RULES)) {
            for (Path file : files.sorted().toList()) {
                expected.addAll(groups(Yaml.document(file)));
                String name = file.getFileName().toString().replace(".yml", ".yaml");
                made.addAll(groups(
                        Yaml.document(KubernetesTest.MANIFESTS.resolve("monitoring/prometheus-rule-" + name))
                                .at("spec")));
            }
        }
        expected.removeIf(each -> LEFT_OUT.contains(new Node("group", each).at("name").text()));
        assertThat(made).isNotEmpty().isEqualTo(expected);
    }

    @Test
    void everythingButTheGroupsThatAreLeftOutIsTheSame() throws Exception {
        assertThat(run("--rules", rules.toString(), "--out", out.toString()).status()).isZero();

        Node object = Yaml.document(out.resolve("prometheus-rule-sample.yaml"));
        List<Object> expected = groups(Yaml.document(rules.resolve("sample.yml")));
        expected.removeIf(each -> LEFT_OUT.contains(new Node("group", each).at("name").text()));
        assertThat(Shape.faults(object)).isEmpty();
        assertThat(groups(object.at("spec"))).hasSize(2).isEqualTo(expected);
        assertThat(Files.readString(out.resolve("prometheus-rule-sample.yaml"))).contains("# ---- workers",
                "# ---- the watch").doesNotContain("front door");
    }

    @Test
    void anEditThatWasNotFollowedIsSeen() throws Exception {
        assertThat(run("--rules", rules.toString(), "--out", out.toString()).status()).isZero();
        Path sample = rules.resolve("sample.yml");
        Files.writeString(sample, Files.readString(sample).replace("for: 1m", "for: 2m"));

        Ended ended = run("--rules", rules.toString(), "--out", out.toString(), "--check");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.output()).contains("prometheus-rule-sample.yaml is out of date");
    }

    @Test
    void aGroupToBeLeftOutThatIsNotThereIsAFault() throws Exception {
        Path sample = rules.resolve("sample.yml");
        Files.writeString(sample, Files.readString(sample).replace("falcon-front-door", "falcon-door"));

        assertThat(run("--rules", rules.toString(), "--out", out.toString()).output())
                .contains("no group falcon-front-door");
    }

    private static List<Object> groups(Node holder) {
        List<Object> groups = new ArrayList<>();
        holder.at("groups").items().forEach(each -> groups.add(each.map()));
        return groups;
    }

    private static Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(KubernetesTest.ROOT.resolve("scripts/make-prometheus-rule.sh").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
    }
}
