package dev.falcon.proving.drills;

import dev.falcon.proving.drills.Cause.Clients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What goes wrong with requests, models and the front door. The first cause of each incident is the quickest one. */
final class RequestCauses {

    /** The one that most of the load asks. What is defective in a release hits the default one as well. */
    private static final String MODEL = DrillLoad.BY_NAME.name();
    /** Of the workers' memory nothing is used, and the time of a text is the same on every machine. */
    private static final String TEN_MILLIS = "java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);";
    private static final String FAILS = "throw new IllegalStateException(\\\"no weight of a pair\\\");";

    /** They look at the same answers, so they fire beside whatever makes these slow. */
    private static final List<String> SLOW = List.of("HighP95Latency", "VeryHighP95Latency", "SloLatencyBurnFast",
            "SloLatencyBurnMedium", "SloLatencyBurnSlow");
    /** They count the same failures. */
    private static final List<String> FAILING = List.of("HighErrorRate", "VeryHighErrorRate", "SloErrorBudgetBurnFast",
            "SloErrorBudgetBurnMedium", "SloErrorBudgetBurnSlow");

    /**
     * A worker that is made anew is away for longer than a drill's share of the minute that WorkerDown waits, and two look-ups
     * that are slow while it gets warm are more, of the few seconds that CacheErrors looks back, than of five minutes.
     */
    private static final List<String> REDEPLOYED = List.of("WorkerDown", "CacheErrors");

    private RequestCauses() {}

    static List<Cause> all() {
        return List.of(modelSlow(), cpuStarved(), modelFailing(), overload(), greedyCaller(), retryStorm(),
                frontDoorDead(),
                frontDoorMaintenance(), deployDefective(), deployMixedModels());
    }

    /** A release whose models take more than a second for a text. It is on one worker when the alert comes. */
    private static Cause modelSlow() {
        return Cause.of("high-latency", "model-slow")
                .given(DefectiveImage.built("slow",
                        "java.util.concurrent.locks.LockSupport.parkNanos(1_200_000_000);"))
                .by("scripts/deploy.sh slow worker-1")
                .firing("HighP95Latency", Map.of("worker", "worker-1", "model", MODEL))
                .mayFire(all(SLOW, FAILING, REDEPLOYED))
                .clientsSee(Clients.ERRORS);
    }

    /**
     * A host without CPU to spare. Each model computes for some milliseconds more: with the linear one, a worker at a twentieth of
     * a processor still answers in time. What it is left with is enough for its metrics page, without which no alert sees it slow; a hundredth or two goes into the encoder.
     */
    private static Cause cpuStarved() {
        return Cause.of("high-latency", "cpu-starved")
                .given(DefectiveImage.inUse("busy",
                        "double x = 1; for (int i = 0; i < 60_000; i++) { x = StrictMath.sin(x + i); }"
                                + " if (x == 42) { throw new IllegalStateException(); }"))
                .by("docker update --cpus 0.11 falcon-worker-1 falcon-worker-2 falcon-worker-3")
                .firing("HighP95Latency", Map.of("worker", "worker-1", "model", MODEL))
                .mayFire(all(SLOW, FAILING, List.of("OverloadShedding", "WorkerDown", "FleetDown", "FrontDoorDown",
                        "CircuitBreakerOpen", "CacheErrors")))
                .clientsSee(Clients.ERRORS);
    }

    /** A release whose models answer their warm-up and nothing after it. One worker has it; nginx asks another one. */
    private static Cause modelFailing() {
        return Cause.of("high-error-rate", "model-failing")
                .given(DefectiveImage.built("failing", FAILS))
                .by("scripts/deploy.sh failing worker-1")
                .firing("HighErrorRate", Map.of("worker", "worker-1", "scope", "worker"))
                .mayFire(all(FAILING, REDEPLOYED));
    }

    /** One address asks for more than the fleet can take, with models that are heavier than the shipped ones. */
    private static Cause greedyCaller() {
        return overloadedBy("greedy-caller", "--rate 350");
    }

    /** More requests than three workers can take, and fewer than five can. */
    private static Cause overload() {
        return overloadedBy("overload", "--rate 280");
    }

    private static Cause retryStorm() {
        return overloadedBy("retry-storm", "--rate 350 --insist");
    }

    private static Cause overloadedBy(String name, String callers) {
        return Cause.of("overload", name)
                .given(DefectiveImage.inUse("heavy", TEN_MILLIS))
                .by("""
                        docker run -d --name falcon-callers --label falcon.drill=callers --cpus 0.4 --memory 256m \\
                          --network "$(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' falcon-nginx)" \\
                          -v '%s/proving/target:/proving:ro' --entrypoint java falcon-worker:heavy \\
                          -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp '/proving/proving.jar:/proving/lib/*' \\
                          dev.falcon.proving.Proving callers --host nginx --model %s --callers 300 --seconds 1200 %s
                        """
                        .formatted(System.getProperty("proving.root", "."), MODEL, callers))
                .firing("OverloadShedding", Map.of("worker", "worker-1"))
                // Half of the probe's questions are refused like everybody's. A limit on callers makes the workers anew.
                // Without a free processor Redis' answers are late, too: where all share one machine, as here.
                .mayFire(all(SLOW, FAILING, REDEPLOYED, List.of("FrontDoorDown", "CircuitBreakerOpen")))
                .clientsSee(Clients.REFUSALS);
    }

    private static Cause frontDoorDead() {
        return Cause.of("front-door-down", "front-door-dead")
                .by("docker kill falcon-nginx")
                .firing("FrontDoorDown", Map.of("component", "front-door"))
                .mayFire("NoRequests", "NotificationsFailing")
                .clientsSee(Clients.OUTAGE);
    }

    private static Cause frontDoorMaintenance() {
        return Cause.of("front-door-down", "front-door-maintenance")
                .by("make maintenance-on")
                .firing("FrontDoorDown", Map.of("component", "front-door"))
                .mayFire("NoRequests")
                .clientsSee(Clients.REFUSALS)
                .cleanedUpBy("make maintenance-off");
    }

    private static Cause deployDefective() {
        return Cause.of("bad-deployment", "deploy-defective")
                .given(DefectiveImage.built("failing", FAILS))
                .by("make deploy VERSION=failing")
                .firing("VeryHighErrorRate", Map.of("model", MODEL, "scope", "model"))
                .mayFire(all(FAILING, REDEPLOYED, List.of("FrontDoorDown")))
                .clientsSee(Clients.ERRORS);
    }

    /** A new version of the default model is there, one bit of its weights differs, and only worker-1 was restarted. */
    private static Cause deployMixedModels() {
        return Cause.of("bad-deployment", "deploy-mixed-models")
                .by("""
                        set -e
                        cp -r models/sentiment/1 models/sentiment/2
                        cd models/sentiment/2
                        last=$(tail -c 1 head.bin | od -An -tu1)
                        truncate -s -1 head.bin
                        printf "\\\\$(printf %03o $((last ^ 1)))" >> head.bin
                        digest=$(sha256sum head.bin | cut -d ' ' -f 1)
                        sed -i "s/\\"version\\" : \\"1\\"/\\"version\\" : \\"2\\"/; s/\\"digest\\" : \\"[0-9a-f]*\\"/\\"digest\\" : \\"$digest\\"/" manifest.json
                        cd ../../..
                        scripts/deploy.sh . worker-1
                        """)
                .firing("MixedModels", Map.of("model", "sentiment"))
                .mayFire(all(REDEPLOYED));
    }

    @SafeVarargs
    private static String[] all(List<String>... names) {
        List<String> joined = new ArrayList<>();
        for (List<String> each : names) {
            joined.addAll(each);
        }
        return joined.toArray(String[]::new);
    }
}
