package dev.falcon.proving.deploy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The objects of one rendered folder, and what is asked about them again and again. */
record Fleet(List<Node> objects) {

    /** All of a kind. */
    List<Node> all(String kind) {
        return objects.stream().filter(each -> each.at("kind").is(kind)).toList();
    }

    /** The only one of a kind; an empty one where there is none. */
    Node the(String kind) {
        List<Node> all = all(kind);
        return all.size() == 1 ? all.getFirst() : new Node(all.size() + " of " + kind, null);
    }

    /** What the workers' pods are made from. */
    Node pod() {
        return the("Deployment").at("spec", "template");
    }

    Node worker() {
        return pod().at("spec", "containers", 0);
    }

    /** Whether something of this kind and name is here. */
    boolean has(String kind, String name) {
        return all(kind).stream().anyMatch(each -> each.at("metadata", "name").is(name));
    }

    /** The variables that the worker is started with; a field of the pod stands as its path. */
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        for (Node source : worker().at("envFrom").items()) {
            all("ConfigMap").stream()
                    .filter(each -> each.at("metadata", "name").is(source.at("configMapRef", "name").text()))
                    .forEach(each -> each.at("data")
                            .entries()
                            .forEach(
                                    (name, value) -> environment.put(name, value.text())));
        }
        for (Node variable : worker().at("env").items()) {
            String field = variable.at("valueFrom", "fieldRef", "fieldPath").text();
            environment.put(variable.at("name").text(), field.isEmpty() ? variable.at("value").text() : field);
        }
        return environment;
    }

    /** Names and numbers that the worker's ports can be called by. */
    Set<String> ports() {
        return worker().at("ports")
                .items()
                .stream()
                .flatMap(each -> List.of(each.at("name").text(), each.at("containerPort").text()).stream())
                .collect(Collectors.toSet());
    }

    /** Whether these labels pick the workers' pods; an empty selector picks everything and is not meant. */
    boolean picksWorkers(Node labels) {
        Map<String, Node> wanted = labels.entries();
        return !wanted.isEmpty() && wanted.entrySet()
                .stream()
                .allMatch(each -> pod().at("metadata", "labels", each.getKey()).is(each.getValue().text()));
    }
}
