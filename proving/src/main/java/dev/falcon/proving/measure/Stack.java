package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The running compose stack of this machine, and beside it a front door of our own for one worker alone. While it is held
 * all of these share the last processor and this process keeps to the others, where there are two or more; closed, all is
 * as it was. Used by one thread.
 */
final class Stack implements AutoCloseable {

    private static final List<String> WORKERS = List.of("falcon-worker-1", "falcon-worker-2", "falcon-worker-3");
    private static final String OWN_NGINX = "falcon-measure-nginx";
    private static final int WORKER_PORT = 8000;
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(90);

    private final List<Container> workers;
    private final Container nginx;
    private final Container redis;
    private final Container postgres;
    private final int processors = Runtime.getRuntime().availableProcessors();

    private Stack() throws IOException, InterruptedException {
        List<Container> found = new ArrayList<>();
        for (String name : WORKERS) {
            found.add(find(name));
        }
        this.workers = List.copyOf(found);
        this.nginx = find("falcon-nginx");
        this.redis = find("falcon-redis");
        this.postgres = find("falcon-postgres");
    }

    /** Takes hold of it. */
    static Stack held() throws IOException, InterruptedException {
        Stack stack;
        try {
            stack = new Stack();
        } catch (IOException e) {
            throw new NoStack(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        try {
            stack.pin();
        } catch (IOException | InterruptedException e) {
            stack.close();
            throw e;
        }
        return stack;
    }

    List<Container> workers() {
        return workers;
    }

    Container nginx() {
        return nginx;
    }

    Container redis() {
        return redis;
    }

    Container postgres() {
        return postgres;
    }

    static Endpoint endpoint(Container worker) {
        return worker.at(WORKER_PORT);
    }

    /** Starts a front door with the stack's own configuration and image that knows the first worker alone. */
    Container frontDoorOfOneWorker(Path root) throws IOException, InterruptedException {
        Path deploy = root.resolve("deploy").resolve("nginx");
        List<String> command = new ArrayList<>(List.of("docker", "run", "-d", "--rm", "--name", OWN_NGINX, "--network",
                nginx.network(), "--user", "101:101", "--read-only", "--cap-drop", "ALL", "--sysctl",
                "net.ipv4.ip_unprivileged_port_start=0", "--tmpfs", "/run/falcon:rw,size=64m,uid=101,gid=101", "-v",
                deploy.resolve("nginx.conf") + ":/etc/nginx/nginx.conf:ro", "-v", deploy + ":/etc/falcon-nginx:ro",
                "-e",
                "FALCON_WORKERS=worker-1", "-e", "FALCON_WORKERS_EXPECTED=worker-1", "--entrypoint",
                "/etc/falcon-nginx/follow-workers.sh"));
        if (processors > 1) {
            command.addAll(List.of("--cpuset-cpus", Integer.toString(processors - 1)));
        }
        command.addAll(List.of(nginx.image(), "start"));
        Tool.run(command);
        Container own = find(OWN_NGINX);
        Ticker ticker = Ticker.system();
        long endNanos = ticker.nanos() + READY_WITHIN.toNanos();
        while (!answers(own.at(80))) {
            if (endNanos - ticker.nanos() <= 0) {
                throw new IOException(OWN_NGINX + " did not answer within " + READY_WITHIN);
            }
            ticker.sleep(Duration.ofMillis(100));
        }
        return own;
    }

    private static boolean answers(Endpoint endpoint) {
        try (Wire wire = new Wire(endpoint, Duration.ofSeconds(5))) {
            return wire.ask(endpoint.get("/readyz")).status() == 200;
        } catch (IOException e) {
            // Not yet.
            return false;
        }
    }

    /** Waits until no worker has a record on its way. */
    void settle() throws IOException, InterruptedException {
        for (Container worker : workers) {
            if (!Server.awaitWritten(endpoint(worker), WRITTEN_WITHIN)) {
                throw new IOException(worker.name() + ": records of a round still wait after " + WRITTEN_WITHIN);
            }
        }
    }

    /** Records that were dropped by all workers since their starts. */
    long dropped() throws IOException {
        long dropped = 0;
        for (Container worker : workers) {
            dropped += Server.dropped(endpoint(worker));
        }
        return dropped;
    }

    /** Numbers that one line of SQL answers in the log's database, each a column. */
    List<Double> numbers(String sql) throws IOException, InterruptedException {
        String line =
                Tool.run(List.of("docker", "exec", postgres.name(), "psql", "-U", "falcon", "-d", "falcon_inference",
                        "-AtF", " ", "-c", sql)).strip();
        return List.of(line.split(" ", -1)).stream().map(Double::valueOf).toList();
    }

    /** A field of {@code INFO memory}, in bytes. */
    double redisMemory(String field) throws IOException, InterruptedException {
        return Tool.run(List.of("docker", "exec", redis.name(), "redis-cli", "INFO", "memory"))
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> Double.parseDouble(line.substring(field.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException("Redis tells no " + field));
    }

    private void pin() throws IOException, InterruptedException {
        if (processors > 1) {
            for (Container container : all()) {
                restrict(container.name(), Integer.toString(processors - 1));
            }
            keepTo("0-" + (processors - 2));
        }
    }

    private List<Container> all() {
        List<Container> all = new ArrayList<>(workers);
        all.addAll(List.of(nginx, redis, postgres));
        return all;
    }

    private static void restrict(String container, String cpuset) throws IOException, InterruptedException {
        Tool.run(List.of("docker", "update", "--cpuset-cpus", cpuset, container));
    }

    private static void keepTo(String cpuset) throws IOException, InterruptedException {
        Tool.run(List.of("taskset", "-a", "-c", "-p", cpuset, Long.toString(ProcessHandle.current().pid())));
    }

    private static Container find(String name) throws IOException, InterruptedException {
        return Container
                .parse(Tool.run(List.of("docker", "inspect", "--type", "container", "-f", Container.FORMAT, name)));
    }

    /** Docker cannot take a bound away, so that who had none gets all processors. */
    @Override
    public void close() throws IOException {
        String every = "0-" + (processors - 1);
        List<List<String>> undo = new ArrayList<>();
        if (processors > 1) {
            for (Container container : all()) {
                undo.add(List.of("docker", "update", "--cpuset-cpus",
                        container.cpuset().isEmpty() ? every : container.cpuset(), container.name()));
            }
            undo.add(List.of("taskset", "-a", "-c", "-p", every, Long.toString(ProcessHandle.current().pid())));
        }
        IOException failed = null;
        for (List<String> command : undo) {
            try {
                Tool.run(command);
            } catch (IOException e) {
                failed = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        removeOwnNginx();
        if (failed != null) {
            throw failed;
        }
    }

    /** If it was started. */
    private static void removeOwnNginx() {
        try {
            Tool.run(List.of("docker", "rm", "-f", OWN_NGINX));
        } catch (IOException e) {
            // It was not, or is gone.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
