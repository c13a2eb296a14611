package dev.falcon.proving.deploy;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether all that one object says of another, selectors, ports and names, is there. */
final class References {
    private final Fleet fleet;
    private final List<String> faults = new ArrayList<>();

    private References(Fleet fleet) {
        this.fleet = fleet;
    }

    static List<String> faults(Fleet fleet) {
        References references = new References(fleet);
        references.selectors();
        references.ports();
        references.names();
        references.volumes();
        references.scraping();
        return references.faults;
    }

    private void check(boolean right, Node node, String wrong) {
        if (!right) {
            faults.add(node.place() + ": " + wrong + (node.exists() ? " (" + node.text() + ")" : ""));
        }
    }

    private void selectors() {
        List<Node> selectors = new ArrayList<>(List.of(fleet.the("Deployment").at("spec", "selector", "matchLabels"),
                fleet.the("Service").at("spec", "selector"),
                fleet.the("PodDisruptionBudget").at("spec", "selector", "matchLabels"),
                fleet.the("NetworkPolicy").at("spec", "podSelector", "matchLabels")));
        fleet.all("PodMonitor").forEach(each -> selectors.add(each.at("spec", "selector", "matchLabels")));
        fleet.pod()
                .at("spec", "topologySpreadConstraints")
                .items()
                .forEach(
                        each -> selectors.add(each.at("labelSelector", "matchLabels")));
        selectors.forEach(each -> check(fleet.picksWorkers(each), each, "picks no worker"));
        Set<String> namespaces = fleet.objects()
                .stream()
                .filter(each -> !each.at("kind").is("Namespace"))
                .map(each -> each.at("metadata", "namespace").text())
                .collect(Collectors.toSet());
        check(namespaces.size() == 1, fleet.the("Deployment").at("metadata", "namespace"),
                "objects are in several namespaces: " + namespaces);
        String namespace = namespaces.iterator().next();
        check(namespace.isEmpty() || fleet.has("Namespace", namespace),
                fleet.the("Deployment").at("metadata", "namespace"), "is not made here");
    }

    private void ports() {
        List<Node> ports = new ArrayList<>();
        fleet.the("Service")
                .at("spec", "ports")
                .items()
                .forEach(
                        each -> ports.add(each.at("targetPort").exists() ? each.at("targetPort") : each.at("port")));
        for (Node rule : fleet.the("NetworkPolicy").at("spec", "ingress").items()) {
            check(!rule.at("from").items().isEmpty(), rule, "lets everybody in");
            check(!rule.at("ports").items().isEmpty(), rule, "opens every port");
            rule.at("ports").items().forEach(each -> ports.add(each.at("port")));
        }
        for (Node monitor : fleet.all("PodMonitor")) {
            monitor.at("spec", "podMetricsEndpoints").items().forEach(each -> ports.add(each.at("port")));
        }
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            ports.add(fleet.worker().at(probe, "httpGet", "port"));
        }
        ports.forEach(each -> check(fleet.ports().contains(each.text()), each, "is no port of the worker"));
        Map<String, String> environment = fleet.environment();
        check(fleet.ports().contains(environment.getOrDefault("PORT", "8000")), fleet.worker().at("ports"),
                "the worker listens on another one");
        Set<String> out = fleet.the("NetworkPolicy")
                .at("spec", "egress")
                .items()
                .stream()
                .flatMap(rule -> rule.at("ports").items().stream())
                .map(each -> each.at("protocol").text() + " " + each.at("port").text())
                .collect(Collectors.toSet());
        Set<String> wanted =
                new TreeSet<>(Set.of("UDP 53", "TCP 53", "TCP " + environment.getOrDefault("REDIS_PORT", "6379"),
                        "TCP " + environment.getOrDefault("POSTGRES_PORT", "5432")));
        if (environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT")) {
            wanted.add("TCP " + URI.create(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")).getPort());
        }
        check(out.equals(wanted),
                fleet.the("NetworkPolicy").at("spec", "egress"), "lets out to " + out);
        List<String> both = fleet.the("NetworkPolicy")
                .at("spec", "policyTypes")
                .items()
                .stream()
                .map(Node::text)
                .sorted()
                .toList();
        check(both.equals(List.of("Egress", "Ingress")), fleet.the("NetworkPolicy").at("spec", "policyTypes"),
                "does not bound both ways");
    }

    private void names() {
        Node target = fleet.the("HorizontalPodAutoscaler").at("spec", "scaleTargetRef");
        Node deployment = fleet.the("Deployment");
        check(target.at("kind").is("Deployment") && target.at("apiVersion").is(deployment.at("apiVersion").text())
                && target.at("name").is(deployment.at("metadata", "name").text()), target, "is not here");
        Node account = fleet.pod().at("spec", "serviceAccountName");
        check(fleet.has("ServiceAccount", account.text()), account, "is not here");
        for (Node source : fleet.worker().at("envFrom").items()) {
            Node name = source.at("configMapRef", "name");
            check(fleet.has("ConfigMap", name.text()), name, "is not here");
        }
    }

    private void volumes() {
        Set<String> declared = fleet.pod()
                .at("spec", "volumes")
                .items()
                .stream()
                .map(each -> each.at("name").text())
                .collect(Collectors.toSet());
        Set<String> mounted = fleet.worker()
                .at("volumeMounts")
                .items()
                .stream()
                .map(each -> each.at("name").text())
                .collect(Collectors.toSet());
        check(declared.equals(mounted), fleet.worker().at("volumeMounts"), "volumes are " + declared + ", mounted ");
        Set<String> secrets = fleet.pod()
                .at("spec", "volumes")
                .items()
                .stream()
                .flatMap(volume -> volume.at("secret", "items")
                        .items()
                        .stream()
                        .map(item -> mountPath(volume.at("name").text()) + "/" + item.at("path").text()))
                .collect(Collectors.toSet());
        Set<String> wanted = fleet.environment()
                .entrySet()
                .stream()
                .filter(each -> each.getKey().endsWith("_PASSWORD_FILE"))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
        check(secrets.equals(wanted), fleet.pod().at("spec", "volumes"),
                "the files of passwords are " + secrets + ", the settings want " + wanted);
    }

    /** Where a volume is seen in the worker; empty where it is not. */
    private String mountPath(String volume) {
        return fleet.worker()
                .at("volumeMounts")
                .items()
                .stream()
                .filter(each -> each.at("name").is(volume))
                .map(each -> each.at("mountPath").text())
                .collect(Collectors.joining());
    }

    /** Rules and dashboard group by these labels. */
    private void scraping() {
        check(fleet.environment().getOrDefault("WORKER_ID", "").equals("metadata.name"), fleet.worker().at("env"),
                "WORKER_ID is not the pod's name");
        for (Node monitor : fleet.all("PodMonitor")) {
            check(!monitor.at("spec", "namespaceSelector").exists(), monitor, "looks into other namespaces");
            for (Node endpoint : monitor.at("spec", "podMetricsEndpoints").items()) {
                List<Node> relabelings = endpoint.at("relabelings").items();
                check(relabelings.stream()
                        .anyMatch(each -> each.at("targetLabel").is("worker")
                                && each.at("sourceLabels").is(List.of("__meta_kubernetes_pod_name"))),
                        endpoint,
                        "does not call the pod `worker`");
                check(relabelings.stream()
                        .anyMatch(each -> each.at("targetLabel").is("job")
                                && each.at("replacement").is("falcon-workers")),
                        endpoint, "is not the job falcon-workers");
            }
        }
    }
}
