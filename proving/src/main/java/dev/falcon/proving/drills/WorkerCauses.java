package dev.falcon.proving.drills;

import dev.falcon.proving.drills.Cause.Rows;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What goes wrong with workers and their memory. The faults hit worker-1; the other two serve on. */
final class WorkerCauses {

    private static final Map<String, String> WORKER = Map.of("worker", "worker-1");

    /** Ends worker-1 and its container, so that its port is free. */
    private static final String LEAVE_THE_PORT = "docker compose rm -sf worker-1\n";

    /** The image of the workers, by way of one that runs. */
    private static final String IMAGE = "\"$(docker inspect -f '{{.Config.Image}}' falcon-worker-2)\"";

    private WorkerCauses() {}

    static List<Cause> all() {
        return Stream.of(crashLoop(), memory(), down()).flatMap(List::stream).toList();
    }

    private static List<Cause> crashLoop() {
        return List.of(
                crash("worker-bad-setting")
                        .by("sed -i 's/^CACHE_TTL_SECONDS=.*/CACHE_TTL_SECONDS=2h/' .env\n"
                                + "docker compose up -d worker-1"),
                crash("worker-limit-too-small")
                        .by("sed -i 's/^WORKER_MEMORY=.*/WORKER_MEMORY=256M/' .env\n"
                                + "docker compose up -d worker-1"),
                // A copy of a model that was broken off.
                crash("worker-bad-model")
                        .by("truncate -s 2000 models/sentiment/1/head.bin\n"
                                + "docker compose restart worker-1"),
                crash("worker-port-taken-compose")
                        .by(LEAVE_THE_PORT
                                + "docker run -d --rm --label falcon.drill -p 127.0.0.1:8000:8000 --entrypoint sleep "
                                + IMAGE + " 3600\n"
                                + "docker compose up -d worker-1 || true"),
                // A worker that somebody started by hand: a process of the host that holds the port, whatever it runs in.
                crash("worker-port-taken-host")
                        .by(LEAVE_THE_PORT
                                + "docker run -d --rm --label falcon.drill --network host " + IMAGE + " serve\n"
                                + "until curl -fs -m 1 -o /dev/null http://localhost:8000/healthz; do sleep 1; done\n"
                                + "docker compose up -d worker-1 || true"),
                // Killed whenever it has come back, as often as the alert asks for and once more.
                Cause.of("worker-crash-loop", "worker-killed")
                        .given("docker compose up -d --force-recreate --wait worker-1")
                        .by("""
                                well() { [ "$(docker inspect -f '{{.State.Health.Status}}' falcon-worker-1)" = healthy ]; }
                                (
                                  for _ in 1 2 3 4; do
                                    until well; do sleep 0.5; done
                                    sleep 2
                                    kill -9 "$(docker inspect -f '{{.State.Pid}}' falcon-worker-1)"
                                    sleep 3
                                  done
                                ) > /dev/null 2>&1 &
                                """)
                        .firing("WorkerRestarting", WORKER)
                        .mayFire("WorkerDown", "WorkerOutOfMemory")
                        .rows(Rows.KILLED)
                        .healing());
    }

    private static Cause crash(String name) {
        return Cause.of("worker-crash-loop", name).firing("WorkerDown", WORKER);
    }

    private static List<Cause> memory() {
        return List.of(
                // Dies within seconds, again and again.
                Cause.of("high-memory", "memory-exhausted")
                        .by(leaking("0.3"))
                        .firing("WorkerOutOfMemory", WORKER)
                        .mayFire("DebugModeEnabled", "WorkerDown", "WorkerRestarting", "HighMemoryUsage")
                        .rows(Rows.KILLED),
                // Slow enough for a warning before the end: a busy caller fills most of the heap, and then the ordinary load
                // goes on with it.
                Cause.of("high-memory", "memory-growth")
                        .by(leaking("0.015") + """

                                full() {
                                  curl -s -m 2 http://localhost:8000/metrics | awk '/^heap_live_after_gc_bytes/ { live = $2 }
                                    /^jvm_memory_max_bytes.*area="heap"/ { max = $2 } END { exit !(max && live / max > 0.86) }'
                                }
                                until full; do
                                  curl -s -m 20 -Z --parallel-max 30 -o /dev/null -H 'Content-Type: application/json' \\
                                    -d '{"text": "a busy caller"}' 'http://localhost:8000/infer?n=[1-500]' || sleep 1
                                done
                                """)
                        .firing("HighMemoryUsage", Map.of("worker", "worker-1", "resource", "heap"))
                        .mayFire("DebugModeEnabled", "WorkerDown", "WorkerRestarting", "WorkerOutOfMemory")
                        .rows(Rows.KILLED),
                // The limit of a running container was lowered below what it needs; the kernel ends process 1 there.
                Cause.of("high-memory", "memory-limit")
                        .by(leaking("0.3") + "\ndocker update --memory 300m --memory-swap 300m falcon-worker-1")
                        .firing("WorkerDown", WORKER)
                        .mayFire("DebugModeEnabled", "WorkerOutOfMemory", "WorkerRestarting", "HighMemoryUsage")
                        .rows(Rows.KILLED));
    }

    /** worker-1 anew, keeping so many MB of each request for good. */
    private static String leaking(String mbPerRequest) {
        return "sed -i -e 's/^DEBUG_MEMORY_GROWTH=.*/DEBUG_MEMORY_GROWTH=true/'"
                + " -e 's/^DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=.*/DEBUG_MEMORY_GROWTH_MB_PER_REQUEST=" + mbPerRequest
                + "/' .env\ndocker compose up -d worker-1";
    }

    private static List<Cause> down() {
        return List.of(
                Cause.of("worker-down", "worker-stopped")
                        .by("docker stop falcon-worker-1")
                        .firing("WorkerDown", WORKER),
                Cause.of("worker-down", "worker-paused")
                        .by("docker pause falcon-worker-1")
                        .firing("WorkerDown", WORKER),
                // What Docker takes for running.
                Cause.of("worker-down", "worker-hung")
                        .by("kill -STOP \"$(docker inspect -f '{{.State.Pid}}' falcon-worker-1)\"")
                        .firing("WorkerDown", WORKER)
                        .rows(Rows.KILLED),
                Cause.of("worker-down", "worker-cut-off")
                        .by("docker network disconnect \"$(docker inspect -f"
                                + " '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' falcon-worker-1)\""
                                + " falcon-worker-1")
                        .firing("WorkerDown", WORKER)
                        .mayFire("CircuitBreakerOpen", "CacheErrors", "InferenceLogBacklog", "HighRetryRate"));
    }
}
