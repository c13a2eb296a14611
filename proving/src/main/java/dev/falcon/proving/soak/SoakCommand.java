package dev.falcon.proving.soak;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.seen.ProcessView;
import dev.falcon.testing.RealPostgres;
import dev.falcon.testing.RealRedis;
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
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proving soak}. */
@Command(name = "soak", mixinStandardHelpOptions = true,
        description = "Mixed load for a long time: live heap, resident set, threads, open files and temporary files of the "
                + "worker do not grow.",
        footerHeading = "%nExit status:%n", footer = "  0 nothing grows, 1 something does, 2 wrong usage")
public final class SoakCommand implements Callable<Integer> {

    private static final int CONNECTIONS = 16;
    private static final Duration LOOK = Duration.ofMillis(50);
    /** Requests before the first sample: until then classes are loaded and code is compiled. */
    private static final int SETTLING_SHARE = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--requests", paramLabel = "N", defaultValue = "2000000",
            description = "How many requests (default: ${DEFAULT-VALUE}).") private long requests;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "40",
            description = "How many samples, a whole collection each (default: ${DEFAULT-VALUE}; at least 8).") private int samples;

    @Option(names = "--servers",
            description = "Against a Redis and a PostgreSQL started for it, not the worker's own stores.") private boolean servers;

    @Option(names = "--report", paramLabel = "FOLDER", description = "Write SOAK.md and performance/soak.svg there.")
    @Nullable private Path report;

    @Override
    public Integer call() throws Exception {
        if (samples < 8 || requests < samples) {
            spec.commandLine().getErr().println("At least 8 samples, and a request for each.");
            return 2;
        }
        Path folder = Files.createTempDirectory("proving-soak");
        try {
            return servers ? withServers(folder) : run(setup(folder), folder);
        } finally {
            delete(folder);
        }
    }

    private int withServers(Path folder) throws Exception {
        try (RealRedis redis = RealRedis.started(); RealPostgres postgres = RealPostgres.start()) {
            return run(setup(folder).withRedis(redis.port()).withPostgres(postgres.port()), folder);
        }
    }

    /** Everything that may fill is small, so that it is full long before the half of the run. */
    private static WorkerSetup setup(Path folder) {
        return WorkerSetup.in(folder)
                .asShipped("-Xmx256m")
                .with("INFERENCE_LOG_MAX_MB", "4")
                .with("CACHE_LOCAL_MAX_ENTRIES", "1000")
                .with("CACHE_TTL_SECONDS", "2")
                .with("IDEMPOTENCY_TTL_SECONDS", "2");
    }

    private int run(WorkerSetup setup, Path folder) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Ticker ticker = Ticker.system();
        List<Sample> taken = new ArrayList<>();
        try (WorkerProcess worker = setup.start()) {
            Endpoint endpoint = new Endpoint(worker.port());
            Mixture mixture = new Mixture(endpoint);
            long startNanos = ticker.nanos();
            long left;
            try (Load load = Load.start(endpoint, Load.Plan.closed(CONNECTIONS), mixture);
                    Leavers leavers = new Leavers(endpoint)) {
                leavers.start();
                long settled = requests / SETTLING_SHARE;
                for (int i = 0; i < samples; i++) {
                    long due = settled + (requests - settled) * i / (samples - 1);
                    while (load.asked() < due && worker.isAlive()) {
                        ticker.sleep(LOOK);
                    }
                    taken.add(sample(worker, load.asked(), folder, ticker.nanos() - startNanos));
                    out.println(taken.getLast());
                    out.flush();
                }
                left = leavers.left();
                load.stop();
            }
            double seconds = (ticker.nanos() - startNanos) / 1e9;
            List<Measure.Verdict> verdicts = Stream.of(Measure.values()).map(one -> one.judge(taken)).toList();
            verdicts.forEach(one -> out.printf("%s  %s%n", one.held() ? "held  " : "BROKEN", one));
            boolean asExpected = mixture.unexpected() == 0;
            boolean balanced = worker.metrics().unbalanced().isEmpty();
            out.printf(Locale.ROOT,
                    "%s  every request ends as it should: %s%n%s  the log's books balance%n%,d requests in"
                            + " %.0f s, %d clients went away%n",
                    asExpected ? "held  " : "BROKEN", mixture.endings(), balanced ? "held  " : "BROKEN",
                    taken.getLast().requests(), seconds, left);
            out.flush();
            if (report != null) {
                new Report(taken, verdicts, mixture.endings(), left, seconds, describe()).write(report);
            }
            return asExpected && balanced && verdicts.stream().allMatch(Measure.Verdict::held) ? 0 : 1;
        }
    }

    private String describe() {
        return "One worker as shipped with a heap of 256 MB, 16 connections without a pause on the same machine ("
                + Runtime.getRuntime().availableProcessors() + " processors). "
                + (servers ? "Redis and PostgreSQL are real ones."
                        : "Without Redis and PostgreSQL: the in-process store and"
                                + " the SQLite log (4 MB, so that old\nrecords are dropped all along).")
                + "\nOf every hundred requests 50 ask for a known text, 34 for a new one, 8 carry an idempotency key, 5 are"
                + " wrong, 3 are for\nstatus pages; beside them clients go away within their requests. Before each sample the"
                + " whole heap is collected.";
    }

    private static Sample sample(WorkerProcess worker, long asked, Path folder, long elapsedNanos)
            throws IOException, InterruptedException {
        ProcessView process = new ProcessView(worker.pid());
        process.collect();
        try (Stream<Path> temporary = Files.walk(folder.resolve("tmp"))) {
            return new Sample(asked, worker.metrics().count("heap_live_after_gc_bytes"), process.residentBytes(),
                    process.threads(), process.openFiles(), temporary.filter(Files::isRegularFile).count(),
                    asked / (elapsedNanos / 1e9));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
