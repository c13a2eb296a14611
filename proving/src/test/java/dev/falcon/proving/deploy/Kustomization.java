package dev.falcon.proving.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What kustomize makes of a folder, as far as ours use it; anything else is refused instead of guessed. That it agrees
 * with kustomize itself is shown by comparing with what that made (src/test/resources/kubernetes).
 */
final class Kustomization {
    private static final Set<String> KEYS = Set.of("apiVersion", "kind", "namespace", "resources", "images",
            "configMapGenerator", "patches");

    /** Lists whose items kustomize matches by a key of theirs; those not here are replaced as a whole. */
    private static final Map<String, String> MERGED = Map.of("containers", "name", "env", "name");
    private static final Set<String> MERGED_BUT_NOT_HERE = Set.of("volumes", "volumeMounts", "initContainers",
            "topologySpreadConstraints", "imagePullSecrets");

    private static final Set<String> OF_NO_NAMESPACE = Set.of("Namespace");

    private final List<Node> objects = new ArrayList<>();
    private final List<Node> generated = new ArrayList<>();

    private Kustomization() {}

    /** All objects, ready to be applied. */
    static List<Node> build(Path folder) throws IOException {
        Kustomization whole = read(folder);
        whole.generated.forEach(whole::addHash);
        return whole.objects;
    }

    private static Kustomization read(Path folder) throws IOException {
        Node file = Yaml.document(folder.resolve("kustomization.yaml"));
        for (String key : file.map().keySet()) {
            if (!KEYS.contains(key)) {
                throw new IOException(file.place() + ": " + key + " is not known, or not here");
            }
        }
        Kustomization made = new Kustomization();
        for (Node resource : file.at("resources").items()) {
            Path path = folder.resolve(resource.text());
            if (Files.isDirectory(path)) {
                Kustomization other = read(path);
                made.objects.addAll(other.objects);
                made.generated.addAll(other.generated);
            } else {
                made.objects.addAll(Yaml.documents(path));
            }
        }
        for (Node generator : file.at("configMapGenerator").items()) {
            made.generate(generator);
        }
        for (Node entry : file.at("patches").items()) {
            made.patch(entry, Yaml.document(folder.resolve(entry.at("path").text())));
        }
        if (file.at("namespace").exists()) {
            made.objects.stream()
                    .filter(each -> !OF_NO_NAMESPACE.contains(each.at("kind").text()))
                    .forEach(each -> each.at("metadata").map().put("namespace", file.at("namespace").text()));
        }
        file.at("images").items().forEach(made::name);
        return made;
    }

    private void generate(Node generator) throws IOException {
        for (String key : generator.map().keySet()) {
            if (!Set.of("name", "behavior", "literals").contains(key)) {
                throw new IOException(generator.place() + ": " + key + " is not known here");
            }
        }
        String name = generator.at("name").text();
        Node target;
        if (generator.at("behavior").text().equals("merge")) {
            target = one(generated, "ConfigMap", name);
        } else {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("apiVersion", "v1");
            object.put("kind", "ConfigMap");
            object.put("metadata", new LinkedHashMap<>(Map.of("name", name)));
            object.put("data", new TreeMap<String, Object>());
            target = new Node("ConfigMap " + name, object);
            objects.add(target);
            generated.add(target);
        }
        for (Node literal : generator.at("literals").items()) {
            int equals = literal.text().indexOf('=');
            if (equals < 0) {
                throw new IOException(literal.place() + ": NAME=value is wanted");
            }
            target.at("data").map().put(literal.text().substring(0, equals), literal.text().substring(equals + 1));
        }
    }

    private void patch(Node entry, Node patch) throws IOException {
        if (!entry.map().keySet().equals(Set.of("path"))) {
            throw new IOException(entry.place() + ": only path is known here");
        }
        Node target = one(objects, patch.at("kind").text(), patch.at("metadata", "name").text());
        if (!target.at("apiVersion").is(patch.at("apiVersion").text())) {
            throw new IOException(patch.place() + ": is of another version than " + target.place());
        }
        merge(target.map(), patch);
    }

    private static void merge(Map<String, @Nullable Object> target, Node patch) throws IOException {
        for (Map.Entry<String, Node> entry : patch.entries().entrySet()) {
            String key = entry.getKey();
            Node change = entry.getValue();
            Node present = new Node(change.place(), target.get(key));
            if (MERGED_BUT_NOT_HERE.contains(key) || (change.value() instanceof Map<?, ?> map
                    && map.containsKey("$patch"))) {
                throw new IOException(change.place() + ": how kustomize merges this is not known here");
            }
            if (!change.exists()) {
                target.remove(key);
            } else if (change.value() instanceof Map<?, ?> && present.value() instanceof Map<?, ?>) {
                merge(present.map(), change);
            } else if (MERGED.containsKey(key) && present.exists()) {
                mergeList(present, change, String.valueOf(MERGED.get(key)));
            } else {
                target.put(key, Yaml.copy(change.value()));
            }
        }
    }

    private static void mergeList(Node present, Node change, String by) throws IOException {
        for (Node item : change.items()) {
            List<Node> same = present.items().stream().filter(each -> each.at(by).is(item.at(by).text())).toList();
            if (same.size() != 1) {
                throw new IOException(item.place() + ": adding to a list is not known here");
            }
            merge(same.getFirst().map(), item);
        }
    }

    private void name(Node image) {
        for (Node object : objects) {
            for (Node container : object.at("spec", "template", "spec", "containers").items()) {
                if (container.at("image").is(image.at("name").text())) {
                    Node called = image.at(image.at("newName").exists() ? "newName" : "name");
                    container.map().put("image", called.text() + ":" + image.at("newTag").text());
                }
            }
        }
    }

    /** So that changed settings are another object, and workers are started anew for it. */
    private void addHash(Node configMap) {
        String name = configMap.at("metadata", "name").text();
        String hashed = name + "-" + hash(configMap.at("data").entries());
        for (Node object : objects) {
            for (Node container : object.at("spec", "template", "spec", "containers").items()) {
                for (Node source : container.at("envFrom").items()) {
                    if (source.at("configMapRef", "name").is(name)) {
                        source.at("configMapRef").map().put("name", hashed);
                    }
                }
            }
        }
        configMap.at("metadata").map().put("name", hashed);
    }

    /** Kustomize's own: of the content as JSON, with an empty name, in letters that make no words. */
    private static String hash(Map<String, Node> data) {
        String entries = data.entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> quoted(each.getKey()) + ":" + quoted(each.getValue().text()))
                .collect(Collectors.joining(","));
        String json = "{\"data\":{" + entries + "},\"kind\":\"ConfigMap\",\"name\":\"\"}";
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of()
                    .formatHex(digest)
                    .substring(0, 10)
                    .replace('0', 'g')
                    .replace('1', 'h')
                    .replace('3', 'k')
                    .replace('a', 'm')
                    .replace('e', 't');
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String quoted(String text) {
        if (!text.matches("[\\x20-\\x7e&&[^\"\\\\<>&]]*")) {
            throw new IllegalStateException("how kustomize writes this is not known here: " + text);
        }
        return '"' + text + '"';
    }

    private static Node one(List<Node> objects, String kind, String name) throws IOException {
        List<Node> found = objects.stream()
                .filter(each -> each.at("kind").is(kind) && each.at("metadata", "name").is(name))
                .toList();
        if (found.size() != 1) {
            throw new IOException("there are " + found.size() + " of " + kind + " " + name + " to be changed");
        }
        return found.getFirst();
    }
}
