package dev.falcon.proving.drills;

import dev.falcon.proving.drills.Cause.Clients;
import java.util.List;
import java.util.Map;

/** What goes wrong with requests, models and the front door. */
final class RequestCauses {

    private static final String MODEL = "sentiment-linear";

    /** Fires beside whatever makes answers slow, as the objectives count the same answers. */
    private static final String[] LATENCY_BUDGET = {"SloLatencyBurnFast", "SloLatencyBurnMedium", "SloLatencyBurnSlow",
        "HighP95Latency", "VeryHighP95Latency"};

    /** Fires beside whatever makes requests fail. */
    private static final String[] ERROR_BUDGET = {"SloErrorBudgetBurnFast", "SloErrorBudgetBurnMedium",
        "SloErrorBudgetBurnSlow", "HighErrorRate", "VeryHighErrorRate"};

    private RequestCauses() {}

    static List<Cause> all() {
        return List.of(modelSlow(), cpuStarved(), modelFailing(), frontDoorDead(), frontDoorMaintenance(), deployDefective(),
                deployMixedModels());
    }

    /** A release whose model takes a second and a half for each text. */
    private static Cause modelSlow() {
        return Cause.of("high-latency", "model-slow")
                .given(DefectiveImage.built("slow", "Thread.sleep(1500)"))
                .by("scripts/deploy.sh slow worker-1")
                .firing("HighP95Latency", Map.of("worker", "worker-1", "model", MODEL))
                .mayFire(LATENCY_BUDGET);
    }

    private static Cause cpuStarved() {
        return Cause.of("high-latency", "cpu-starved")
                .by("docker update --cpus 0.03 falcon-worker-1")
                .firing("HighP95Latency", Map.of("worker", "worker-1", "model", MODEL))
                .mayFire(LATENCY_BUDGET)
                .mayFire("WorkerDown");
    }

    /** A release whose model answers its warm-up and nothing that is longer. One worker has it; Nginx asks another one. */
    private static Cause modelFailing() {
        return Cause.of("high-error-rate", "model-failing")
                .given(DefectiveImage.built("failing", "throw new IllegalStateException(\"no such n-gram\")"))
                .by("scripts/deploy.sh failing worker-1")
                .firing("HighErrorRate", Map.of("worker", "worker-1", "scope", "worker"))
                .mayFire(ERROR_BUDGET);
    }

    private static Cause frontDoorDead() {
        return Cause.of("front-door-down", "front-door-dead")
                .by("docker stop -t 1 falcon-nginx")
                .firing("FrontDoorDown", Map.of("component", "front-door"))
                .mayFire("NoRequests", "NotificationsFailing")
                .clientsSee(Clients.OUTAGE);
    }

    private static Cause frontDoorMaintenance() {
        return Cause.of("front-door-down", "front-door-maintenance")
                .by("make maintenance-on")
                .firing("FrontDoorDown", Map.of("component", "front-door"))
                .mayFire("NoRequests")
                .clientsSee(Clients.REFUSALS);
    }

    private static Cause deployDefective() {
        return Cause.of("bad-deployment", "deploy-defective")
                .given(DefectiveImage.built("failing", "throw new IllegalStateException(\"no such n-gram\")"))
                .by("make deploy VERSION=failing")
                .firing("VeryHighErrorRate", Map.of("model", MODEL, "scope", "model"))
                .mayFire(ERROR_BUDGET)
                .clientsSee(Clients.ERRORS);
    }

    /** A new version of the model is there, and only worker-1 was restarted. */
    private static Cause deployMixedModels() {
        return Cause.of("bad-deployment", "deploy-mixed-models")
                .by("""
                        mkdir -p models/sentiment-linear/2
                        cp models/sentiment-linear/1/* models/sentiment-linear/2/
                        cd models/sentiment-linear/2
                        printf '\\001' | dd of=weights.bin bs=1 seek=$(($(stat -c %s weights.bin) - 1)) conv=notrunc status=none
                        digest=$(sha256sum weights.bin | cut -d ' ' -f 1)
                        sed -i "s/\\"version\\" : \\"1\\"/\\"version\\" : \\"2\\"/;s/\\"digest\\" : \\"[0-9a-f]*\\"/\\"digest\\" : \\"$digest\\"/" manifest.json
                        cd ../../..
                        scripts/deploy.sh . worker-1
                        """)
                .firing("MixedModels", Map.of("model", MODEL));
    }
}
