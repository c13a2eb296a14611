package dev.falcon.proving.load;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proving load}. */
@Command(name = "load", mixinStandardHelpOptions = true,
        description = "Asks a worker or the front door on this machine at a steady rate, whatever becomes of the answers "
                + "(open loop), each request once, each text new, and says how they ended.",
        footerHeading = "%nExit status:%n",
        footer = {"  0 every request had an answer that Falcon promises", "  1 requests were lost", "  2 wrong usage",
            "  3 void: this generator was late itself"})
public final class LoadCommand implements Callable<Integer> {

    /** What the generator may be late by, at the 99th percentile, before a run says nothing. */
    private static final double LATE_MILLIS = 20;
    private static final long HIGHEST_MICROS = 120_000_000L;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "80",
            description = "Port of the loopback to ask (default: ${DEFAULT-VALUE}, the front door).") private int port;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "100",
            description = "Requests a second (default: ${DEFAULT-VALUE}).") private double rate;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "30",
            description = "How long at most (default: ${DEFAULT-VALUE}).") private int seconds;

    @Option(names = "--while", paramLabel = "FILE",
            description = "End early, within a second after this file has gone.")
    @Nullable private Path whileThere;

    @Option(names = "--in-flight", paramLabel = "N", defaultValue = "256",
            description = "Requests under way at most; more wait, which counts as their latency (default: "
                    + "${DEFAULT-VALUE}).") private int inFlight;

    @Option(names = "--keep-alive",
            description = "Keep connections open; else each request has its own.") private boolean keepAlive;

    @Option(names = "--run", paramLabel = "NAME",
            description = "Request ids are NAME-0, NAME-1, … (default: load- and eight letters).")
    @Nullable private String run;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (port < 1 || port > 65_535 || rate <= 0 || seconds < 1 || inFlight < 1 || inFlight > 10_000) {
            spec.commandLine()
                    .getErr()
                    .printf("--port is 1 to 65535, --rate more than 0, --seconds at least 1, --in-flight 1 to 10000.%n");
            return 2;
        }
        String name = run == null ? "load-" + UUID.randomUUID().toString().substring(0, 8) : run;
        Asking asking = new Asking(new Endpoint(port), name, keepAlive);
        try (Load load = Load.start(new Endpoint(port), Load.Plan.open(inFlight, rate), asking)) {
            for (int second = 0; second < seconds && (whileThere == null || Files.exists(whileThere)); second++) {
                Thread.sleep(Duration.ofSeconds(1));
            }
            load.stop();
        }
        return asking.report(out);
    }

    /** Makes the requests and counts what became of them. */
    private static final class Asking implements Caller {
        private final Endpoint endpoint;
        private final String name;
        private final String headers;
        private final Tally tally = new Tally();
        private final Histogram lateMicros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
        private final AtomicLong lost = new AtomicLong();
        private final AtomicReference<@Nullable String> firstLoss = new AtomicReference<>();

        Asking(Endpoint endpoint, String name, boolean keepAlive) {
            this.endpoint = endpoint;
            this.name = name;
            this.headers = keepAlive ? "" : "Connection: close\r\n";
        }

        @Override
        public byte[] request(long number) {
            String id = name + "-" + number;
            return endpoint.infer("a text of the load, " + id, headers + "X-Request-ID: " + id + "\r\n");
        }

        @Override
        public void ended(Ending ending, Wire.@Nullable Reply reply) {
            tally.add(ending);
            lateMicros
                    .recordValue(Math.min(HIGHEST_MICROS, Math.max(0, ending.sentNanos() - ending.dueNanos()) / 1_000));
            String loss = loss(ending, reply);
            if (loss != null) {
                lost.incrementAndGet();
                firstLoss.compareAndSet(null, name + "-" + ending.number() + ": " + loss);
            }
        }

        /** Lost is a request without a whole answer, or with a 5xx that does not say when to come back. */
        private static @Nullable String loss(Ending ending, Wire.@Nullable Reply reply) {
            if (reply == null) {
                return ending.failure();
            }
            boolean saysWhen = reply.head().toLowerCase(Locale.ROOT).contains("\r\nretry-after:");
            return ending.status() >= 500 && !saysWhen ? ending.status() + " " + reply.body() : null;
        }

        int report(PrintWriter out) {
            double late = lateMicros.getValueAtPercentile(99) / 1e3;
            out.printf(Locale.ROOT, "run=%s asked=%d answered=%d lost=%d endings=%s%n", name, tally.count(), tally.ok(),
                    lost.get(), tally.endings().toString().replace(" ", ""));
            out.printf(Locale.ROOT, "p50_ms=%.1f p99_ms=%.1f max_ms=%.1f late_p99_ms=%.1f%n", tally.millisAt(50),
                    tally.millisAt(99), tally.maxMillis(), late);
            if (firstLoss.get() != null) {
                out.printf("first lost: %s%n", firstLoss.get());
                return 1;
            }
            if (late > LATE_MILLIS) {
                out.printf(Locale.ROOT, "void: the generator was %.1f ms late at p99, %.0f allowed%n", late,
                        LATE_MILLIS);
                return 3;
            }
            return 0;
        }
    }
}
