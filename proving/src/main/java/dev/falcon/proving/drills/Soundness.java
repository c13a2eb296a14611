package dev.falcon.proving.drills;

import dev.falcon.json.MalformedJson;
import dev.falcon.testing.MetricsPage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Whether the stack is as well as it must be before a drill. For use by one thread. */
final class Soundness {

    private static final Duration SOON = Duration.ofSeconds(20);
    /** Fires always; that it does shows that Prometheus evaluates its rules. */
    private static final Set<String> ALWAYS = Set.of("Watchdog");

    private final Shell shell;
    private final Web web;

    Soundness(Shell shell, Web web) {
        this.shell = shell;
        this.web = web;
    }

    /** What is not well, an alert that fires included; empty where all is. */
    String fault(int frontDoor) throws InterruptedException {
        String unhealthy = healthFault(frontDoor);
        try {
            return unhealthy.isEmpty() ? alertsFault() : unhealthy;
        } catch (IOException | MalformedJson e) {
            return e.toString();
        }
    }

    /** Same, without alerts. */
    String healthFault(int frontDoor) throws InterruptedException {
        try {
            Outcome health = shell.run("scripts/check-health.sh", SOON);
            if (!health.succeeded()) {
                return health.output().lines().filter(each -> !each.startsWith("ok ")).findFirst().orElse("no health");
            }
            for (int port : Stack.WORKERS) {
                String worker = workerFault(port);
                if (!worker.isEmpty()) {
                    return worker;
                }
            }
            if (!web.get(frontDoor, "/readyz").contains("\"ready\":true")) {
                return "the front door reaches no worker";
            }
            long known = shell.must("docker exec falcon-nginx cat /run/falcon/workers", SOON)
                    .lines()
                    .filter(each -> each.startsWith("worker-"))
                    .count();
            return known == Stack.WORKERS.size() ? "" : "the front door knows of " + known + " workers";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String workerFault(int port) throws IOException, InterruptedException {
        String ready = web.get(port, "/readyz");
        if (!ready.contains("\"ready\":true") || ready.contains("\"degraded\":[\"")) {
            return "worker on port " + port + ": " + ready;
        }
        MetricsPage page = new MetricsPage(web.get(port, "/metrics"));
        return page.count("circuit_breaker_state") == 0 && page.count("inference_log_pending") == 0
                ? ""
                : "worker on port " + port + ": a breaker is not closed, or records wait";
    }

    private String alertsFault() throws IOException, InterruptedException, MalformedJson {
        List<FiringAlert> firing = FiringAlert.in(web.get(Stack.PROMETHEUS, "/api/v1/alerts"));
        Set<String> names = new TreeSet<>(firing.stream().map(FiringAlert::name).toList());
        return names.equals(ALWAYS) ? "" : "alerts that fire: " + names;
    }
}
