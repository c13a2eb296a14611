package dev.falcon.proving.drills;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The compose stack of the drills: docker-compose.yml as it is, with an override that gives Prometheus its rules with shorter
 * times, PostgreSQL a small disk, and leaves Grafana out where its image cannot be had. Containers have the names of
 * production, so one such stack fits on a machine; volumes have not. For use by one thread.
 */
final class Stack {

    static final String PROJECT = "falcon-drill";
    static final int PROMETHEUS = 9090;
    static final List<Integer> WORKERS = List.of(8000, 8001, 8002);

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration BUILD = Duration.ofMinutes(15);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int WARM_UPS = 3;
    private static final int VOLLEY = 48;
    private static final Duration BETWEEN_VOLLEYS = Duration.ofMillis(100);
    private static final Duration SOUND = Duration.ofSeconds(150);
    private static final List<String> SERVICES =
            List.of("nginx", "worker-1", "worker-2", "worker-3", "redis", "postgres",
                    "prometheus", "alertmanager");

    private final Path root;
    private final Path folder;
    private final Home home;
    private final Shell atRoot;
    private final Shell shell;
    private final SmallDisk disk;
    private final Soundness soundness;
    private final boolean grafana;
    private final Consumer<String> out;

    /** @param out hears of each thing that takes a while */
    Stack(Path root, Web web, Consumer<String> out) throws IOException, InterruptedException {
        this.root = root;
        this.out = out;
        folder = root.resolve("target").resolve("drill");
        home = new Home(root, folder.resolve("home"));
        Files.createDirectories(home.folder());
        atRoot = new Shell(root, Map.of());
        grafana = atRoot
                .run("docker image inspect \"$(sed -n 's/^ *image: \\(grafana.*\\)/\\1/p' docker-compose.yml)\"", SOON)
                .succeeded();
        List<String> services = new ArrayList<>(SERVICES);
        if (grafana) {
            services.add("grafana");
        }
        shell = new Shell(home.folder(), Map.of("COMPOSE_PROJECT_NAME", PROJECT, "COMPOSE_FILE",
                "docker-compose.yml:" + override(), "SERVICES", String.join(" ", services), "TERM", "xterm"));
        disk = new SmallDisk(folder, atRoot);
        soundness = new Soundness(shell, web);
    }

    private Path override() {
        return folder.resolve("override.yml");
    }

    /** Which images of workers were there before. */
    private Path images() {
        return folder.resolve("images");
    }

    Home home() {
        return home;
    }

    /** Where the commands of causes and of the runbook run. */
    Shell shell() {
        return shell;
    }

    /** The containers of a stack of drills that this checkout started, and that is still there. */
    boolean isUp() throws IOException, InterruptedException {
        return !atRoot.must("docker ps -aq --filter label=com.docker.compose.project=" + PROJECT
                + " --filter 'label=com.docker.compose.project.working_dir=" + home.folder() + "'", SOON).isBlank();
    }

    /** Names of containers that are in the way; empty where there is none. */
    List<String> inTheWay() throws IOException, InterruptedException {
        String others = atRoot.must("docker ps -a --filter name=^falcon- --format '{{.Names}}"
                + " {{.Label \"com.docker.compose.project\"}} {{.Label \"com.docker.compose.project.working_dir\"}}'",
                SOON);
        String ours = " " + PROJECT + " " + home.folder();
        return others.lines().filter(each -> !each.endsWith(ours)).map(each -> each.split(" ", 2)[0]).toList();
    }

    /** Starts it, or takes the one that is up, and waits until all is well. */
    void up(boolean build) throws IOException, InterruptedException {
        boolean changed = home.copy(atRoot);
        TimeScale.copy(root.resolve("deploy/prometheus"), folder.resolve("prometheus"));
        if (isUp()) {
            out.accept("The stack is up already and is used");
            if (changed || !home.hasEnvOfDrills() || !soundness.fault(frontDoor()).isEmpty()) {
                out.accept("It is made as it was at first");
                reset("");
            }
            return;
        }
        Files.writeString(override(), overrideText());
        Files.writeString(images(), imagesOfWorkers());
        Files.deleteIfExists(home.folder().resolve(".env"));
        shell.must("scripts/secrets.sh", SOON);
        home.writeEnv();
        if (build) {
            out.accept("Building the workers' image");
            shell.must("docker compose build worker-1", BUILD);
        }
        start();
    }

    private void start() throws IOException, InterruptedException {
        out.accept("Starting the stack");
        disk.mount();
        startAll("");
        shell.must("docker exec falcon-prometheus promtool check config /etc/prometheus/prometheus.yml", SOON);
        settle();
    }

    /** One that was not healthy for a moment ends the command with a failure; what counts is awaited afterwards. */
    private void startAll(String options) throws IOException, InterruptedException {
        Outcome started = shell.run("docker compose up -d --no-build --wait " + options, START);
        if (!started.succeeded()) {
            out.accept(started.tail(10));
        }
    }

    /** Lets workers that have just been started get warm, and Prometheus forget how slow they were. */
    private void settle() throws IOException, InterruptedException {
        await(() -> soundness.healthFault(frontDoor()));
        shell.must("docker exec falcon-redis redis-cli FLUSHALL && docker exec falcon-postgres psql -q -U falcon"
                + " -d falcon_inference -c 'TRUNCATE inference_logs'", SOON);
        warmUp();
        shell.must("docker compose rm -sf prometheus && docker volume rm " + PROJECT
                + "_prometheus-data && docker compose up -d --no-build prometheus", START);
        await(() -> soundness.fault(frontDoor()));
    }

    /** Until the stack keeps its latency objective under the steady load, or does not with all its code compiled. */
    private void warmUp() throws IOException, InterruptedException {
        double slow = 1;
        for (int i = 0; i < WARM_UPS && slow > Judgement.OBJECTIVE_SLOWER; i++) {
            load(VOLLEY);
            slow = Judgement.slow(load(0));
        }
        if (slow > Judgement.OBJECTIVE_SLOWER) {
            out.accept("This machine is slow: of the warm stack's answers, %.1f %% take longer than the objective"
                    .formatted(100 * slow));
        }
    }

    /** The steady load for a while, with volleys of this many, and what became of it. */
    private List<Asked> load(int volley) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        try (DrillLoad load = DrillLoad.start(frontDoor(), "warm-up", 0)) {
            long started = ticker.nanos();
            while (ticker.nanos() - started < WARM_UP.toNanos()) {
                load.volley(volley);
                ticker.sleep(BETWEEN_VOLLEYS);
            }
            return load.stop();
        }
    }

    private String overrideText() {
        String withoutGrafana = grafana ? "" : "  grafana:\n    profiles: [grafana]\n";
        return """
                # Made by the drill. Prometheus looks every second and its alerts are quicker; PostgreSQL has a small disk.
                services:
                  prometheus:
                    volumes: ["%1$s/prometheus:/etc/prometheus:ro"]
                %2$svolumes:
                  postgres-data:
                    driver: local
                    driver_opts: {type: none, o: bind, device: "%3$s"}
                networks:
                  default:
                    name: falcon_default
                """.formatted(folder, withoutGrafana, disk.data());
    }

    /** Removes everything that was started, with its data. */
    void down() throws IOException, InterruptedException {
        shell.run("docker ps -q --filter status=paused --filter name=^falcon- | xargs -r docker unpause", SOON);
        removeMarked();
        if (Files.exists(override())) {
            shell.must("docker compose --profile '*' down -v --remove-orphans --timeout 20", START);
        }
        disk.unmount();
        removeImages();
        atRoot.must("rm -rf '" + folder + "'", SOON);
    }

    /** Writes what the containers have logged to a folder that outlives the stack, in place of what was there for this name. */
    Path keepLogs(String name) throws IOException, InterruptedException {
        Path logs = folder.resolveSibling("drill-logs").resolve(name);
        atRoot.run("rm -rf '" + logs + "' && mkdir -p '" + logs + "' && for c in $(docker ps -a --filter name=^falcon-"
                + " --format '{{.Names}}'); do docker logs --timestamps $c > '" + logs + "'/$c.log 2>&1; done", SOON);
        return logs;
    }

    private String imagesOfWorkers() throws IOException, InterruptedException {
        return atRoot.must("docker images --format '{{.Repository}}:{{.Tag}}' falcon-worker", SOON);
    }

    /** Those that causes built; the one that a drill starts with stays, as `make image` leaves it too. */
    private void removeImages() throws IOException, InterruptedException {
        if (Files.exists(images())) {
            List<String> before = Files.readString(images()).lines().toList();
            for (String image : imagesOfWorkers().lines().toList()) {
                if (!before.contains(image) && !image.endsWith(":latest")) {
                    atRoot.run("docker rmi '" + image + "'", SOON);
                }
            }
        }
    }

    private void removeMarked() throws IOException, InterruptedException {
        shell.must("docker ps -aq --filter label=falcon.drill | xargs -r docker rm -f", SOON);
    }

    /**
     * As it was before any drill: what the cause left, settings, models, containers, rows, cached answers, and what Prometheus
     * remembers. A stack that does not get well by that is made anew.
     */
    void reset(String cleanUp) throws IOException, InterruptedException {
        if (!cleanUp.isEmpty()) {
            Outcome cleaned = shell.run(cleanUp, SOON);
            if (!cleaned.succeeded()) {
                out.accept("The clean-up ended with status " + cleaned.status() + ": " + cleaned.tail(5));
            }
        }
        try {
            restore();
        } catch (IOException e) {
            out.accept("The stack does not get well and is made anew: " + e.getMessage());
            shell.must("docker compose --profile '*' down -v --remove-orphans --timeout 20", START);
            home.writeEnv();
            start();
        }
    }

    private void restore() throws IOException, InterruptedException {
        removeMarked();
        shell.must("docker ps -q --filter status=paused --filter name=^falcon- | xargs -r docker unpause", SOON);
        home.writeEnv();
        home.restoreModels(atRoot);
        // Nobody is served any more, and nothing is lost that a drill has not judged yet: no drain is waited for.
        shell.run("docker compose kill nginx worker-1 worker-2 worker-3", SOON);
        // Anew, so that no log and no count tells of an earlier drill, and none is cut off its network or bounded otherwise.
        startAll("--force-recreate");
        settle();
    }

    /** What is not well; empty where all is. */
    private interface Fault {
        String now() throws IOException, InterruptedException;
    }

    private static void await(Fault fault) throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        long started = ticker.nanos();
        String unsound = fault.now();
        while (!unsound.isEmpty()) {
            if (ticker.nanos() - started > SOUND.toNanos()) {
                throw new IOException("the stack is not well after " + SOUND.toSeconds() + " s: " + unsound);
            }
            ticker.sleep(Duration.ofMillis(500));
            unsound = fault.now();
        }
    }

    /** How far back the rules of an alert look here; 0 where they compare with no earlier time. */
    long offsetSeconds(String alert) throws IOException {
        return TimeScale.offsetSeconds(Files.readString(folder.resolve("prometheus/rules/alerts.yml")), alert);
    }

    /** The port of the front door on this machine. */
    int frontDoor() throws IOException, InterruptedException {
        String address = shell.must("docker compose port nginx 80", SOON).strip();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
