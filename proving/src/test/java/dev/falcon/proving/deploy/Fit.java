package dev.falcon.proving.deploy;

import dev.falcon.config.Settings;
import dev.falcon.config.SettingsCatalog;
import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Whether settings, times, memory and rights fit each other and the worker, which reads the settings itself. */
final class Fit {
    private static final long MB = Container.MB;

    /** The part of the drain's time that the worker keeps for its log, and what a slow end may take beyond. */
    private static final long FLUSH_SECONDS = 2;
    private static final long SPARE_SECONDS = 5;

    /** Of PostgreSQL's 100 connections by default, those that no role but the superuser gets. */
    private static final long CONNECTIONS = 97;

    private final Fleet fleet;
    private final String launcher;
    private final List<String> faults = new ArrayList<>();

    private Fit(Fleet fleet, String launcher) {
        this.fleet = fleet;
        this.launcher = launcher;
    }

    /** @param launcher the text of bin/falcon, which bounds the JVM */
    static List<String> faults(Fleet fleet, String launcher) {
        Fit fit = new Fit(fleet, launcher);
        Settings settings = fit.settings();
        if (settings != null) {
            fit.times(settings);
            fit.disk(settings);
            fit.numbers(settings);
        }
        fit.memory();
        fit.rights();
        return fit.faults;
    }

    /** The variables that are settings, as the worker gets them. */
    static Map<String, String> variables(Fleet fleet) {
        Map<String, String> variables = new TreeMap<>(fleet.environment());
        variables.replace("WORKER_ID", "falcon-worker-5d9f8b7c6d-x2x4z");
        return variables;
    }

    private void check(boolean right, String wrong) {
        if (!right) {
            faults.add(wrong);
        }
    }

    private @Nullable Settings settings() {
        Set<String> known = new HashSet<>(Set.of("JAVA_OPTS"));
        for (SettingsCatalog.Row row : SettingsCatalog.rows()) {
            known.add(row.name());
            if (row.type().equals("secret")) {
                known.add(row.name() + "_FILE");
            }
        }
        Map<String, String> variables = variables(fleet);
        variables.keySet().forEach(each -> check(known.contains(each), "the setting " + each + " is none"));
        check(!variables.containsKey("REDIS_PASSWORD") && !variables.containsKey("POSTGRES_PASSWORD"),
                "a password stands in the open");
        try {
            return SettingsReader.read(new Sources(variables, null),
                    new SettingsReader.Surroundings("pod", cores(), Path.of("/app")));
        } catch (SettingsFaults e) {
            e.faults().forEach(each -> faults.add("the settings: " + each));
            return null;
        }
    }

    private void times(Settings settings) {
        long drain = settings.http().gracefulShutdownTimeout().toSeconds();
        long before = fleet.worker().at("lifecycle", "preStop", "sleep", "seconds").number();
        long grace = fleet.pod().at("spec", "terminationGracePeriodSeconds").number();
        check(grace >= before + drain + SPARE_SECONDS,
                "terminationGracePeriodSeconds " + grace + " is too short for a drain of " + (before + drain) + " s");
        long work = settings.http().drainGrace().toSeconds() + settings.limits().requestTimeout().toSeconds()
                + FLUSH_SECONDS;
        check(drain >= work, "the drain of " + drain + " s cuts off requests, which may take " + work + " s");
        check(settings.http().drainGrace().toSeconds() >= 10, "the drain's grace is too short for all nodes to hear");
        Node ready = fleet.worker().at("readinessProbe");
        check(ready.at("httpGet", "path").is("/readyz"), "readiness is not asked of /readyz");
        check(fleet.worker().at("startupProbe", "httpGet", "path").is("/readyz"), "the start is not asked of /readyz");
        Node live = fleet.worker().at("livenessProbe");
        check(live.at("httpGet", "path").is("/healthz"), "liveness is not asked of /healthz");
        check(live.at("periodSeconds").number() * live.at("failureThreshold").number() >= 30,
                "the liveness probe kills a worker after less than 30 s");
    }

    private void disk(Settings settings) {
        long limit = Container.memory(fleet.worker().at("resources", "limits", "ephemeral-storage").text());
        long all = 0;
        for (Node volume : fleet.pod().at("spec", "volumes").items()) {
            all += Container.memory(volume.at("emptyDir", "sizeLimit").text());
        }
        check(all > 0 && all <= limit, "volumes of " + all / MB + " MB do not fit into " + limit / MB + " MB");
        Node volume = volume(settings.inferenceLog().spoolDir());
        long spool = settings.inferenceLog().spoolMaxMb() * MB;
        long unpacked = volume(settings.encoding().cacheDir()).place().equals(volume.place()) ? Unpacked.bytes() : 0;
        long room = Container.memory(volume.at("emptyDir", "sizeLimit").text());
        check(room > spool + unpacked, "the spool of " + spool / MB + " MB and " + unpacked / MB
                + " MB that are unpacked have a volume of " + room / MB + " MB");
        long cache = Container.memory(volume(settings.encoding().cacheDir()).at("emptyDir", "sizeLimit").text());
        check(cache > Unpacked.bytes(), "what is unpacked into " + settings.encoding().cacheDir() + " has a volume of "
                + cache / MB + " MB");
        check(fleet.worker().at("volumeMounts").items().stream().anyMatch(each -> each.at("mountPath").is("/tmp")),
                "there is no /tmp to unpack native code to");
    }

    /** The one that this folder lies in and may be written to; an empty one where there is none. */
    private Node volume(Path folder) {
        return fleet.worker()
                .at("volumeMounts")
                .items()
                .stream()
                .filter(each -> folder.startsWith(each.at("mountPath").text()) && !each.at("readOnly").is(true))
                .flatMap(mount -> fleet.pod()
                        .at("spec", "volumes")
                        .items()
                        .stream()
                        .filter(each -> each.at("name").is(mount.at("name").text())))
                .findFirst()
                .orElse(new Node("none", null));
    }

    private void numbers(Settings settings) {
        Node scaler = fleet.the("HorizontalPodAutoscaler").at("spec");
        long least = scaler.at("minReplicas").number();
        long most = scaler.at("maxReplicas").number();
        check(least >= 3 && least <= most, "between " + least + " and " + most + " workers is no fleet");
        check(!fleet.the("Deployment").at("spec", "replicas").exists(), "replicas undo the autoscaler at each apply");
        long surge = fleet.the("Deployment").at("spec", "strategy", "rollingUpdate", "maxSurge").number();
        check(surge >= 1 && fleet.the("Deployment").at("spec", "strategy", "rollingUpdate", "maxUnavailable").is(0),
                "a rollout takes workers away before there are new ones");
        check((most + surge) * settings.postgres().poolSize() <= CONNECTIONS,
                most + " workers open more than " + CONNECTIONS + " connections to PostgreSQL");
        Node away = fleet.the("PodDisruptionBudget").at("spec", "maxUnavailable");
        check(away.number() >= 1 && away.number() < least, "maxUnavailable " + away.text() + " of " + least
                + " blocks drains or ends the fleet");
        for (Node metric : scaler.at("metrics").items()) {
            Node name = metric.at("resource", "name");
            check(fleet.worker().at("resources", "requests", name.text()).exists(),
                    "the autoscaler looks at " + name.text() + ", which is not requested");
        }
    }

    /** The worker would refuse to start where its memory does not add up (docs/decisions/0008). */
    private void memory() {
        Node limits = fleet.worker().at("resources", "limits");
        check(limits.at("memory").is(fleet.worker().at("resources", "requests", "memory").text()),
                "memory is not requested as it is limited");
        check(limits.at("cpu").exists(), "without a CPU limit the JVM counts the node's processors");
        String refusal = new Container(Container.memory(limits.at("memory").text()), cores(), variables(fleet))
                .refusal(launcher);
        check(refusal == null, String.valueOf(refusal));
    }

    private int cores() {
        Node cpu = fleet.worker().at("resources", "limits", "cpu");
        return cpu.exists() ? Container.cores(cpu.text()) : 1;
    }

    /** What Kubernetes calls the restricted level, and more. */
    private void rights() {
        Node pod = fleet.pod().at("spec");
        Node security = pod.at("securityContext");
        check(security.at("runAsNonRoot").is(true) && security.at("runAsUser").number() > 0, "the pod may be root");
        check(security.at("seccompProfile", "type").is("RuntimeDefault"), "no system call is filtered");
        check(pod.at("automountServiceAccountToken").is(false), "the worker gets a token that it does not need");
        check(pod.at("enableServiceLinks").is(false), "a Service called redis would be read as the setting REDIS_PORT");
        check(pod.at("containers").items().size() == 1, "there is not one container");
        for (String risk : List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")) {
            check(!pod.at(risk).exists(), risk + " is set");
        }
        Node worker = fleet.worker().at("securityContext");
        check(worker.at("readOnlyRootFilesystem").is(true), "the root file system can be written");
        check(worker.at("allowPrivilegeEscalation").is(false), "privileges can be gained");
        check(worker.at("capabilities").is(Map.of("drop", List.of("ALL"))), "capabilities are left");
        check(!worker.at("privileged").exists(), "the container is privileged");
        for (Node volume : pod.at("volumes").items()) {
            check(!volume.at("hostPath").exists(), "a folder of the node is mounted");
        }
    }
}
