package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** deploy/kubernetes, as strictly as a cluster would take it, and copies with one mistake each, which must be seen. */
final class KubernetesTest {
    static final Path ROOT = Path.of("..");
    static final Path MANIFESTS = ROOT.resolve("deploy/kubernetes");

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production"})
    void whatIsAppliedIsRight(String name) throws IOException {
        assertThat(faults(Kustomization.build(MANIFESTS.resolve(name)))).isEmpty();
    }

    /** Written by scripts/check-kubernetes.sh --write with kustomize itself. */
    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production"})
    void kustomizeMakesTheSameOfIt(String name) throws IOException {
        Path theirs = Path.of("src/test/resources/kubernetes", name.substring(name.indexOf('/') + 1) + ".yaml");

        assertThat(byName(Kustomization.build(MANIFESTS.resolve(name))))
                .as("run scripts/check-kubernetes.sh --write after an edit")
                .isEqualTo(byName(Yaml.documents(theirs)));
    }

    @Test
    void everyFileIsUsed() throws IOException {
        List<String> unused = new ArrayList<>();
        try (var files = Files.walk(MANIFESTS)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                Path sibling = file.resolveSibling("kustomization.yaml");
                if (!file.equals(sibling) && !Files.readString(sibling).contains(" " + file.getFileName() + "\n")) {
                    unused.add(file.toString());
                }
            }
        }
        assertThat(unused).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeIsSeen(Mistake mistake) throws IOException {
        List<Node> objects = Kustomization.build(MANIFESTS.resolve("overlays/production"));
        Fleet fleet = new Fleet(objects);

        mistake.make(fleet);

        assertThat(faults(objects)).as(mistake.toString())
                .anySatisfy(
                        fault -> assertThat(fault).contains(mistake.seenAs()));
    }

    @Test
    void aKeyGivenTwiceIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("twice.yaml"), "spec:\n  type: ClusterIP\n  type: NodePort\n");

        assertThatThrownBy(() -> Yaml.documents(file)).hasMessageContaining("duplicate key type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"namePrefix: a-", "replicas: []", "transformers: []", "resource: []"})
    void whatIsNotUnderstoodOfKustomizeIsRefused(String line) throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), "kind: Kustomization\n" + line + "\n");

        assertThatThrownBy(() -> Kustomization.build(folder)).hasMessageContaining("is not known");
    }

    @Test
    void aPatchOfNothingIsRefused() throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), "patches: [{path: patch.yaml}]\n");
        Files.writeString(folder.resolve("patch.yaml"), "{apiVersion: v1, kind: Service, metadata: {name: flacon}}\n");

        assertThatThrownBy(() -> Kustomization.build(folder)).hasMessageContaining("0 of Service flacon");
    }

    private static List<String> faults(List<Node> objects) throws IOException {
        List<String> faults = new ArrayList<>();
        objects.forEach(each -> faults.addAll(Shape.faults(each)));
        Fleet fleet = new Fleet(objects);
        faults.addAll(References.faults(fleet));
        faults.addAll(Fit.faults(fleet, Files.readString(ROOT.resolve("bin/falcon"))));
        return faults;
    }

    /** Without the rules, whose sameness PrometheusRuleTest shows. */
    private static Map<String, Object> byName(List<Node> objects) {
        Map<String, Object> byName = new TreeMap<>();
        for (Node each : objects) {
            if (!each.at("kind").is("PrometheusRule")) {
                byName.put(each.at("kind").text() + " " + each.at("metadata", "name").text(), each.map());
            }
        }
        return byName;
    }
}
