package dev.falcon.proving.deploy;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether an object has only fields that its kind knows, all that it needs, and values of their types, as the API server
 * checks it with strict field validation. Kinds are read from the classes of Kubernetes' own Java client and, for the
 * Prometheus operator, of fabric8's (which do not tell what is needed). What neither tells: formats of names, bounds of
 * numbers, and choices other than those listed here.
 */
final class Shape {
    private static final String CORE = "io.kubernetes.client.openapi.models.";
    private static final String MONITORING = "io.fabric8.openshift.api.model.monitoring.v1.";

    private static final Map<String, String> KINDS = Map.ofEntries(Map.entry("v1 Namespace", CORE + "V1Namespace"),
            Map.entry("v1 ConfigMap", CORE + "V1ConfigMap"), Map.entry("v1 Service", CORE + "V1Service"),
            Map.entry("v1 ServiceAccount", CORE + "V1ServiceAccount"),
            Map.entry("apps/v1 Deployment", CORE + "V1Deployment"),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", CORE + "V2HorizontalPodAutoscaler"),
            Map.entry("policy/v1 PodDisruptionBudget", CORE + "V1PodDisruptionBudget"),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", CORE + "V1NetworkPolicy"),
            Map.entry("monitoring.coreos.com/v1 PodMonitor", MONITORING + "PodMonitor"),
            Map.entry("monitoring.coreos.com/v1 PrometheusRule", MONITORING + "PrometheusRule"));

    private static final Set<String> PROTOCOLS = Set.of("TCP", "UDP", "SCTP");
    private static final Map<String, Set<String>> CHOICES = Map.ofEntries(
            Map.entry("V1ServicePort.protocol", PROTOCOLS), Map.entry("V1ContainerPort.protocol", PROTOCOLS),
            Map.entry("V1NetworkPolicyPort.protocol", PROTOCOLS),
            Map.entry("V1ServiceSpec.type", Set.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
            Map.entry("V1NetworkPolicySpec.policyTypes", Set.of("Ingress", "Egress")),
            Map.entry("V1Container.imagePullPolicy", Set.of("Always", "IfNotPresent", "Never")),
            Map.entry("V1TopologySpreadConstraint.whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway")),
            Map.entry("V1SeccompProfile.type", Set.of("RuntimeDefault", "Unconfined", "Localhost")),
            Map.entry("V1PodSecurityContext.fsGroupChangePolicy", Set.of("OnRootMismatch", "Always")),
            Map.entry("V1DeploymentStrategy.type", Set.of("RollingUpdate", "Recreate")),
            Map.entry("V1PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", Set.of("AlwaysAllow", "IfHealthyBudget")),
            Map.entry("V2MetricSpec.type",
                    Set.of("Resource", "ContainerResource", "Pods", "Object", "External")),
            Map.entry("V2MetricTarget.type", Set.of("Utilization", "Value", "AverageValue")),
            Map.entry("V2HPAScalingPolicy.type", Set.of("Pods", "Percent")),
            Map.entry("RelabelConfig.action", Set.of("replace", "keep", "drop", "labelmap", "labeldrop", "labelkeep",
                    "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")),
            Map.entry("PodMonitorSpec.scrapeProtocols", Set.of("PrometheusProto", "OpenMetricsText0.0.1",
                    "OpenMetricsText1.0.0", "PrometheusText0.0.4", "PrometheusText1.0.0")));

    private static final Pattern QUANTITY =
            Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\\d+)?");
    private static final Pattern DURATION = Pattern.compile("(\\d+(ms|[smhdwy]))+");
    private static final Set<String> DURATIONS =
            Set.of("PodMetricsEndpoint.interval", "PodMetricsEndpoint.scrapeTimeout",
                    "Rule.for", "Rule.keep_firing_for", "RuleGroup.interval");

    private final List<String> faults = new ArrayList<>();

    private Shape() {}

    /** Everything that is wrong with the shape of an object. */
    static List<String> faults(Node object) {
        Shape shape = new Shape();
        String kind = object.at("apiVersion").text() + " " + object.at("kind").text();
        String type = KINDS.get(kind);
        if (type == null) {
            return List.of(object.place() + ": no kind of object is called " + kind);
        }
        try {
            shape.object(object, Class.forName(type));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        if (object.at("metadata", "name").text().isEmpty()) {
            shape.faults.add(object.place() + ": has no name");
        }
        return shape.faults;
    }

    private void object(Node node, Class<?> type) throws ReflectiveOperationException {
        if (!(node.value() instanceof Map<?, ?>)) {
            faults.add(node.place() + ": a map is wanted");
            return;
        }
        Map<String, Field> fields = fields(type);
        for (Map.Entry<String, Node> entry : node.entries().entrySet()) {
            Field field = fields.get(entry.getKey());
            if (field == null) {
                faults.add(entry.getValue().place() + ": is not known to " + type.getSimpleName());
                continue;
            }
            value(entry.getValue(), field.getGenericType());
            form(entry.getValue(), type.getSimpleName() + "." + entry.getKey());
        }
        for (Object needed : needed(type)) {
            if (!node.at(needed).exists()) {
                faults.add(node.place() + ": lacks " + needed);
            }
        }
    }

    private void form(Node node, String name) {
        Set<String> choice = CHOICES.get(name);
        List<Node> chosen = node.value() instanceof List<?> ? node.items() : List.of(node);
        for (Node each : chosen) {
            if (choice != null && !choice.contains(each.text())) {
                faults.add(each.place() + ": " + each.text() + " is none of " + choice);
            }
        }
        if (DURATIONS.contains(name) && !DURATION.matcher(node.text()).matches()) {
            faults.add(node.place() + ": " + node.text() + " is no duration");
        }
    }

    private void value(Node node, Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            container(node, generic);
            return;
        }
        Class<?> plain = (Class<?>) type;
        Object value = node.value();
        Optional<Boolean> fits = switch (plain.getSimpleName()) {
            case "String" -> Optional.of(value instanceof String);
            case "Integer", "Long" -> Optional.of(value instanceof Integer || value instanceof Long);
            case "Boolean" -> Optional.of(value instanceof Boolean);
            case "IntOrString" -> Optional.of(value instanceof Integer || value instanceof String);
            case "Quantity" -> Optional.of(value instanceof Number
                    || (value instanceof String text && QUANTITY.matcher(text).matches()));
            case "Object" -> Optional.of(value != null);
            default -> Optional.empty();
        };
        if (plain == OffsetDateTime.class || plain.isArray() || plain.isEnum()) {
            throw new IllegalStateException(node.place() + ": nobody has said yet how to check a " + plain);
        }
        if (fits.isEmpty()) {
            object(node, plain);
        } else if (!fits.get()) {
            faults.add(node.place() + ": " + value + " is no " + plain.getSimpleName());
        }
    }

    private void container(Node node, ParameterizedType type) throws ReflectiveOperationException {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Map.class) {
            if (!(node.value() instanceof Map<?, ?> map)) {
                faults.add(node.place() + ": a map is wanted");
                return;
            }
            map.keySet()
                    .stream()
                    .filter(key -> !(key instanceof String))
                    .forEach(
                            key -> faults.add(node.place() + ": the key " + key + " is no String"));
            for (Node each : node.entries().values()) {
                value(each, arguments[1]);
            }
        } else if (node.value() instanceof List<?>) {
            for (Node each : node.items()) {
                value(each, arguments[0]);
            }
        } else {
            faults.add(node.place() + ": a list is wanted");
        }
    }

    private static Map<String, Field> fields(Class<?> type) throws ReflectiveOperationException {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Class<?> part = type; part != null && part != Object.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                Optional<String> name = Modifier.isStatic(field.getModifiers()) ? Optional.empty() : name(field);
                name.ifPresent(each -> fields.putIfAbsent(each, field));
            }
        }
        if (fields.isEmpty()) {
            throw new IllegalStateException(type + " tells nothing of its fields");
        }
        return fields;
    }

    /** By the annotation of either library. */
    private static Optional<String> name(Field field) throws ReflectiveOperationException {
        for (Annotation annotation : field.getAnnotations()) {
            if (Set.of("SerializedName", "JsonProperty").contains(annotation.annotationType().getSimpleName())) {
                return Optional
                        .of(String.valueOf(annotation.annotationType().getMethod("value").invoke(annotation)));
            }
        }
        return Optional.empty();
    }

    private static Set<?> needed(Class<?> type) throws ReflectiveOperationException {
        for (Field field : type.getDeclaredFields()) {
            if (field.getName().equals("openapiRequiredFields") && field.get(null) instanceof Set<?> needed) {
                return needed;
            }
        }
        return Set.of();
    }
}
