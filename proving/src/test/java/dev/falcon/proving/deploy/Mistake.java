package dev.falcon.proving.deploy;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Mistakes that people make in such files, each made in the fleet as it would be applied, and the words it is seen by. */
@SuppressWarnings("ImmutableEnumChecker") // the consumers hold nothing
enum Mistake {
    TEXT_FOR_A_NUMBER("is no Long", fleet -> put(fleet.pod().at("spec"), "terminationGracePeriodSeconds", "45")),
    NUMBER_FOR_A_TEXT("is no String", fleet -> put(fleet.worker(), "image", 17)),
    TEXT_FOR_A_TRUTH("is no Boolean", fleet -> put(fleet.pod().at("spec"), "enableServiceLinks", "false")),
    NUMBER_AS_A_SETTING("is no String", fleet -> put(fleet.the("ConfigMap").at("data"), "MAX_CONNECTIONS", 100)),
    NUMBER_AS_A_LABEL("is no String", fleet -> put(fleet.pod().at("metadata", "labels"), "version", 1)),
    MAP_FOR_A_LIST("a list is wanted", fleet -> put(fleet.worker(), "ports", Map.of("containerPort", 8000))),
    NO_QUANTITY("is no Quantity", fleet -> put(fleet.worker().at("resources", "limits"), "memory", "512 MB")),
    EMPTY_VALUE("is no Integer", fleet -> put(fleet.worker().at("startupProbe"), "periodSeconds", null)),
    UNKNOWN_KEY("is not known to V1PodSpec", fleet -> put(fleet.pod().at("spec"), "terminationGracePeriod", 45)),
    KEY_AT_THE_WRONG_DEPTH("is not known to V1Container",
            fleet -> put(fleet.worker(), "readOnlyRootFilesystem", true)),
    UNKNOWN_KEY_OF_A_MONITOR("is not known to PodMetricsEndpoint",
            fleet -> put(fleet.the("PodMonitor").at("spec", "podMetricsEndpoints", 0), "timeout", "4s")),
    NO_DURATION("is no duration",
            fleet -> put(fleet.the("PodMonitor").at("spec", "podMetricsEndpoints", 0), "interval", "5 s")),
    UNKNOWN_KEY_OF_A_RULE("is not known to Rule",
            fleet -> put(fleet.all("PrometheusRule").getFirst().at("spec", "groups", 0, "rules", 0), "fro", "5m")),
    UNKNOWN_CHOICE("is none of", fleet -> put(fleet.the("Service").at("spec"), "type", "ClusterIp")),
    UNKNOWN_KIND("no kind of object", fleet -> put(fleet.the("Service"), "apiVersion", "v2")),
    NEEDED_KEY_MISSING("lacks selector", fleet -> fleet.the("Deployment").at("spec").map().remove("selector")),
    NAME_MISSING("lacks name", fleet -> fleet.worker().map().remove("name")),

    SERVICE_PICKS_NOTHING("spec.selector: picks no worker",
            fleet -> put(fleet.the("Service").at("spec", "selector"), "app.kubernetes.io/name", "flacon")),
    SERVICE_PICKS_ANYTHING("spec.selector: picks no worker",
            fleet -> fleet.the("Service").at("spec", "selector").map().clear()),
    DEPLOYMENT_PICKS_OTHERS("spec.selector.matchLabels: picks no worker",
            fleet -> put(fleet.the("Deployment").at("spec", "selector", "matchLabels"), "tier", "front")),
    BUDGET_PICKS_NOTHING("picks no worker",
            fleet -> put(fleet.the("PodDisruptionBudget").at("spec", "selector", "matchLabels"), "a", "b")),
    POLICY_PICKS_NOTHING("podSelector.matchLabels: picks no worker",
            fleet -> put(fleet.the("NetworkPolicy").at("spec", "podSelector", "matchLabels"), "a", "b")),
    SPREAD_PICKS_NOTHING("topologySpreadConstraints[1]",
            fleet -> put(fleet.pod().at("spec", "topologySpreadConstraints", 1, "labelSelector", "matchLabels"), "a",
                    "b")),
    MONITOR_PICKS_NOTHING("picks no worker",
            fleet -> put(fleet.the("PodMonitor").at("spec", "selector", "matchLabels"), "a", "b")),
    OTHER_NAMESPACE("several namespaces", fleet -> put(fleet.the("Service").at("metadata"), "namespace", "default")),

    SERVICE_PORT("targetPort: is no port",
            fleet -> put(fleet.the("Service").at("spec", "ports", 0), "targetPort", "web")),
    PROBE_PORT("livenessProbe.httpGet.port: is no port",
            fleet -> put(fleet.worker().at("livenessProbe", "httpGet"), "port", 8080)),
    POLICY_PORT("ports[0].port: is no port",
            fleet -> put(fleet.the("NetworkPolicy").at("spec", "ingress", 0, "ports", 0), "port", 80)),
    MONITOR_PORT("port: is no port",
            fleet -> put(fleet.the("PodMonitor").at("spec", "podMetricsEndpoints", 0), "port", "metrics")),
    WORKER_PORT("listens on another one", fleet -> put(fleet.the("ConfigMap").at("data"), "PORT", "8001")),
    STORE_PORT("lets out to", fleet -> put(fleet.the("ConfigMap").at("data"), "REDIS_PORT", "6380")),
    SPANS_NOT_LET_OUT("lets out to", fleet -> put(fleet.the("ConfigMap").at("data"), "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://collector.monitoring.svc:4318")),
    SCALES_NOTHING("scaleTargetRef: is not here",
            fleet -> put(fleet.the("HorizontalPodAutoscaler").at("spec", "scaleTargetRef"), "name", "falcon")),
    NO_SUCH_ACCOUNT("serviceAccountName: is not here",
            fleet -> put(fleet.pod().at("spec"), "serviceAccountName", "falcon")),
    NO_SUCH_SETTINGS("configMapRef.name: is not here",
            fleet -> put(fleet.worker().at("envFrom", 0, "configMapRef"), "name", "falcon")),
    NO_SUCH_PASSWORD("files of passwords",
            fleet -> put(fleet.the("ConfigMap").at("data"), "REDIS_PASSWORD_FILE", "/run/secrets/redis")),
    VOLUME_NOT_MOUNTED("mounted", fleet -> fleet.worker().at("volumeMounts").list().removeFirst()),
    WORKER_NOT_NAMED("does not call the pod",
            fleet -> fleet.the("PodMonitor").at("spec", "podMetricsEndpoints", 0).map().remove("relabelings")),

    MISSPELT_SETTING("CASHE_TTL_SECONDS is none",
            fleet -> put(fleet.the("ConfigMap").at("data"), "CASHE_TTL_SECONDS", "60")),
    SETTING_OF_NOBODY("MAX_THREADS is none", fleet -> put(fleet.the("ConfigMap").at("data"), "MAX_THREADS", "60")),
    WRONG_SETTING("the settings: ", fleet -> put(fleet.the("ConfigMap").at("data"), "LOG_LEVEL", "LOUD")),
    PASSWORD_IN_THE_OPEN("in the open", fleet -> put(fleet.the("ConfigMap").at("data"), "REDIS_PASSWORD", "a")),
    GRACE_TOO_SHORT("too short for a drain",
            fleet -> put(fleet.pod().at("spec"), "terminationGracePeriodSeconds", 30)),
    DRAIN_TOO_LONG("too short for a drain",
            fleet -> put(fleet.the("ConfigMap").at("data"), "GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS", "60")),
    DRAIN_TOO_SHORT("cuts off requests",
            fleet -> put(fleet.the("ConfigMap").at("data"), "REQUEST_TIMEOUT_SECONDS", "30")),
    LIVENESS_OF_READINESS("liveness is not asked",
            fleet -> put(fleet.worker().at("livenessProbe", "httpGet"), "path", "/readyz")),
    SPOOL_TOO_LARGE("the spool of 1024 MB",
            fleet -> put(fleet.the("ConfigMap").at("data"), "INFERENCE_LOG_SPOOL_MAX_MB", "1024")),
    SPOOL_NOWHERE("have a volume of 0 MB",
            fleet -> put(fleet.the("ConfigMap").at("data"), "INFERENCE_LOG_SPOOL_DIR", "/spool")),
    SPOOL_WITHOUT_ROOM_FOR_ENCODERS("MB that are unpacked have a volume of 640 MB",
            fleet -> put(fleet.the("ConfigMap").at("data"), "INFERENCE_LOG_SPOOL_MAX_MB", "512")),
    ENCODERS_NOWHERE("what is unpacked into /var/cache/falcon has a volume of 0 MB",
            fleet -> put(fleet.the("ConfigMap").at("data"), "MODEL_CACHE_DIR", "/var/cache/falcon")),
    HEAP_TOO_LARGE("does not fit",
            fleet -> put(fleet.the("ConfigMap").at("data"), "JAVA_OPTS", "-XX:MaxRAMPercentage=80")),
    MEMORY_TOO_SMALL("does not fit",
            fleet -> put(fleet.worker().at("resources", "limits"), "memory", "256Mi")),
    TOO_MANY_PROCESSORS("the encoder bge-small-en-v1.5-int8",
            fleet -> put(fleet.worker().at("resources", "limits"), "cpu", "5")),
    ENCODER_OF_ANOTHER_MODEL("(SERVED_MODELS)", fleet -> {
        put(fleet.the("ConfigMap").at("data"), "DEFAULT_MODEL", "sentiment-linear");
        put(fleet.the("ConfigMap").at("data"), "SERVED_MODELS", "all");
        put(fleet.worker().at("resources", "limits"), "cpu", "4500m");
    }),
    NO_SUCH_MODEL("there is no such model", fleet -> put(fleet.the("ConfigMap").at("data"), "DEFAULT_MODEL", "none")),
    TOO_MANY_CONNECTIONS("connections to PostgreSQL",
            fleet -> put(fleet.the("ConfigMap").at("data"), "POSTGRES_POOL_SIZE", "40")),
    REPLICAS("undo the autoscaler", fleet -> put(fleet.the("Deployment").at("spec"), "replicas", 3)),
    NO_CPU_LIMIT("counts the node's processors",
            fleet -> fleet.worker().at("resources", "limits").map().remove("cpu")),
    BUDGET_OF_NOTHING("blocks drains", fleet -> put(fleet.the("PodDisruptionBudget").at("spec"), "maxUnavailable", 0)),
    WRITABLE_ROOT("can be written",
            fleet -> put(fleet.worker().at("securityContext"), "readOnlyRootFilesystem", false)),
    SERVICE_LINKS("would be read as the setting", fleet -> fleet.pod().at("spec").map().remove("enableServiceLinks")),
    MAY_BE_ROOT("may be root", fleet -> put(fleet.pod().at("spec", "securityContext"), "runAsNonRoot", false));

    private final String seenAs;
    private final Consumer<Fleet> change;

    Mistake(String seenAs, Consumer<Fleet> change) {
        this.seenAs = seenAs;
        this.change = change;
    }

    void make(Fleet fleet) {
        change.accept(fleet);
    }

    String seenAs() {
        return seenAs;
    }

    private static void put(Node map, String key, @Nullable Object value) {
        map.map().put(key, value);
    }
}
