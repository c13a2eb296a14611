package dev.falcon.proving.overload;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.overload.Verdict.Check;
import dev.falcon.proving.overload.Verdict.Speed;
import dev.falcon.proving.seen.ProcessView;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proving overload}. */
@Command(name = "overload", mixinStandardHelpOptions = true,
        description = "More load than a worker can do, with idle and stalled clients beside it: probes in time, memory "
                + "bounded, refusals with a reason, and as fast as before afterwards.",
        footerHeading = "%nExit status:%n", footer = "  0 every promise held, 1 one did not, 2 wrong usage")
public final class OverloadCommand implements Callable<Integer> {

    /** Answers later than this are no use to anyone, in this run. */
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration COUNT_DOWN = Duration.ofSeconds(20);
    /** Connections of probes, loads and what is about to close. */
    private static final int SPARE_PLACES = 1000;
    private static final int BEYOND = 500;
    private static final int SPARE_FILES = 500;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "12",
            description = "Length of each phase (default: ${DEFAULT-VALUE}).") private int seconds;

    @Option(names = "--idle", paramLabel = "N", defaultValue = "10000",
            description = "Idle connections; 0 for none (default: ${DEFAULT-VALUE}).") private int idle;

    @Option(names = "--stalled", paramLabel = "N", defaultValue = "300",
            description = "Stalled clients, four kinds in turn; 0 for none (default: ${DEFAULT-VALUE}).") private int stalled;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "400",
            description = "Connections of the load, so the most requests at once (default: ${DEFAULT-VALUE}).") private int connections;

    @Option(names = "--model", paramLabel = "NAME", defaultValue = "sentiment-linear",
            description = "The shipped model that answers (default: ${DEFAULT-VALUE}).") private String model = "";

    @Option(names = "--characters", paramLabel = "N", defaultValue = "10000",
            description = "Of each text, 20 to 10000 (default: ${DEFAULT-VALUE}).") private int characters;

    @Option(names = "--factors", paramLabel = "N[,N...]", split = ",", defaultValue = "1,2,5",
            description = "Times the capacity that are asked for (default: ${DEFAULT-VALUE}).") private List<Integer> factors =
                    List.of();

    @Option(names = "--heap", paramLabel = "MB", defaultValue = "640",
            description = "The worker's heap (default: ${DEFAULT-VALUE}).") private int heapMb;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        long needed = (long) idle + SPARE_PLACES + BEYOND + SPARE_FILES;
        long allowed = ProcessView.self().maxOpenFiles();
        out.printf("Open files: %d needed here and by the worker, %d allowed (ulimit -n).%n", needed, allowed);
        if (allowed < needed) {
            out.printf("Too few: run this after ulimit -n %d.%n", needed);
            out.flush();
            return 1;
        }
        Path folder = Files.createTempDirectory("proving-overload");
        boolean apart = Runtime.getRuntime().availableProcessors() > 1 && ProcessView.self().pin(0);
        try (WorkerProcess worker = worker(folder); Reference reference = new Reference()) {
            // What this process starts stays where it was started, so each has a processor of its own now.
            out.println(apart && ProcessView.self().pin(1)
                    ? "The worker has processor 0 for itself, the load generator processor 1."
                    : "Worker and load generator share the processors: the goodput is what the generator leaves.");
            out.flush();
            List<Check> checks = Verdict.of(findings(worker, reference, out));
            checks.forEach(check -> out.printf("%s  %s: %s%n", check.held() ? "held  " : "BROKEN", check.promise(),
                    check.seen()));
            out.flush();
            return checks.stream().allMatch(Check::held) ? 0 : 1;
        } finally {
            delete(folder);
        }
    }

    private WorkerProcess worker(Path folder) {
        return WorkerSetup.in(folder)
                .asShipped("-Xmx" + heapMb + "m")
                .with("MODEL_PATH",
                        WorkerSetup.shippedModel().resolve(Path.of("..", "..", model, "1")).normalize().toString())
                .with("MODEL_CACHE_DIR", folder.resolve("cache").toString())
                .with("MAX_CONNECTIONS", Integer.toString(idle + SPARE_PLACES))
                .with("CLIENT_READ_TIMEOUT_SECONDS", "3")
                .with("CLIENT_IDLE_TIMEOUT_SECONDS", "600")
                .with("REQUEST_TIMEOUT_SECONDS", Long.toString(DEADLINE.toSeconds()))
                .with("INFERENCE_TIMEOUT_SECONDS", Long.toString(DEADLINE.toSeconds()))
                .with("INFERENCE_LOG_MAX_MB", "64")
                .start();
    }

    private Verdict.Findings findings(WorkerProcess worker, Reference reference, PrintWriter out) throws Exception {
        Duration time = Duration.ofSeconds(seconds);
        Endpoint endpoint = new Endpoint(worker.port());
        List<Phase> phases = new ArrayList<>();
        AtomicLong texts = new AtomicLong();
        Map<String, Long> cuts = new TreeMap<>();
        Speed before;
        try (Prober prober = new Prober(endpoint, reference.endpoint(), new ProcessView(worker.pid()));
                Crowd crowd = new Crowd(endpoint)) {
            Rig rig = new Rig(worker, prober, characters, texts);
            rig.warmUp(time);
            before = rig.speed(time);
            out.printf("capacity %.0f/s with texts of %d characters, median %.2f ms%n", before.perSecond(), characters,
                    before.medianMillis());
            prober.start();
            crowd.grow(idle);
            try (Stallers stallers = new Stallers(endpoint, stalled)) {
                if (idle + stalled > 0) {
                    phases.add(told(rig.quiet("the crowd alone", time), out));
                }
                phases.add(told(half(rig, Verdict.UNLOADED, before, time), out));
                for (int factor : factors) {
                    phases.add(told(rig.load(factor + " x the capacity", factor, factor * before.perSecond(),
                            connections, time), out));
                }
                phases.add(told(half(rig, Verdict.RECOVERY, before, time), out));
                if (idle > 0) {
                    crowd.grow(SPARE_PLACES + BEYOND);
                    phases.add(told(rig.quiet("every place taken", time), out));
                }
                if (stalled > 0) {
                    stallers.cuts().forEach((manner, count) -> cuts.put(manner.name(), count));
                }
            }
            out.printf("%d idle connections opened, %d closed by the worker%n", crowd.size(), crowd.closedByWorker());
        }
        OptionalLong evicted = idle == 0
                ? OptionalLong.empty()
                : OptionalLong.of(worker.metrics().count("http_connections_cut_total", "reason=\"evicted\""));
        long left = countedDown(worker);
        Speed after = new Rig(worker, new Prober(endpoint, reference.endpoint(), new ProcessView(worker.pid())),
                characters, texts).speed(time);
        return new Verdict.Findings((long) heapMb << 20, DEADLINE.toMillis(), phases, before, after, evicted, cuts,
                left);
    }

    private Phase half(Rig rig, String name, Speed capacity, Duration time) throws InterruptedException {
        return rig.load(name, 0.5, 0.5 * capacity.perSecond(), connections, time);
    }

    private static Phase told(Phase phase, PrintWriter out) {
        out.println(phase.line());
        out.flush();
        return phase;
    }

    /** Waits until the worker has noticed that all have gone. */
    private static long countedDown(WorkerProcess worker) throws InterruptedException {
        Ticker ticker = Ticker.system();
        long endNanos = ticker.nanos() + COUNT_DOWN.toNanos();
        long left = Long.MAX_VALUE;
        while (left > 2 && ticker.nanos() < endNanos) {
            left = worker.metrics().count("http_connections");
            ticker.sleep(Duration.ofMillis(200));
        }
        return left;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
