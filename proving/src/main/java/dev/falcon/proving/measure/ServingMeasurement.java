package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests a second, CPU time and allocation of a request, over a closed loop, beside the constant server. */
final class ServingMeasurement implements Measurement {

    static final String CONSTANT = "constant answer (reference)";
    private static final int CONNECTIONS = 8;
    private static final int WARM_UPS_AT_MOST = 10;
    static final Map<String, String> NO_LOG = Map.of("INFERENCE_LOG_ENABLED", "false");

    /** A subject, and whether its worker keeps a log. */
    record Entry(Subject subject, boolean keepsLog) {}

    /** The way that all of them are asked. */
    @FunctionalInterface
    interface Asking {
        Question.Run ask(Subject subject, Duration time) throws IOException, InterruptedException;
    }

    private final Texts texts = new Texts();

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        return measured(entries(bench), (subject, time) -> subject.ask(Load.Plan.closed(CONNECTIONS), time),
                bench.effort(), bench.effort().rounds());
    }

    /** All of them in turn, in rounds, each warmed up before. */
    static List<Row> measured(List<Entry> entries, Asking asking, Effort effort, int rounds)
            throws IOException, InterruptedException {
        for (Entry entry : entries) {
            Warming.warm(entry.subject().meter()::compilerNanos, effort, WARM_UPS_AT_MOST, time -> {
                asking.ask(entry.subject(), time);
                entry.subject().settle(entry.keepsLog());
            });
        }
        for (int round = 0; round < rounds; round++) {
            for (Entry entry : entries) {
                measure(entry, asking, effort);
            }
        }
        return entries.stream().map(entry -> entry.subject().row()).toList();
    }

    private List<Entry> entries(Bench bench) throws IOException, InterruptedException {
        Server off = bench.worker(NO_LOG);
        Server sqlite = bench.worker(Map.of());
        Server postgres = bench.worker(bench.postgres());
        Server redis = bench.worker(both(NO_LOG, bench.redis()));
        Server redisOnly = bench.worker(both(both(NO_LOG, bench.redis()), Map.of("CACHE_LOCAL_MAX_ENTRIES", "0")));
        Server all = bench.worker(both(bench.postgres(), bench.redis()));
        Server constant = bench.constant(off, off.answer(Texts.known(0)));
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(new Subject(Row.named(CONSTANT, null), constant, bench.meter(constant), texts, Way.KNOWN),
                false));
        add(bench, entries, off, List.of("cache hit, no log", "uncached, no log"), false);
        add(bench, entries, sqlite, List.of("cache hit, log in SQLite", "uncached, log in SQLite"), true);
        add(bench, entries, postgres, List.of("cache hit, log in PostgreSQL", "uncached, log in PostgreSQL"), true);
        add(bench, entries, redis, List.of("cache hit, no log, with Redis", "uncached, no log, with Redis"), false);
        add(bench, entries, redisOnly, List.of("cache hit in Redis alone, no log"), false);
        add(bench, entries, all, List.of("cache hit, Redis and PostgreSQL", "uncached, Redis and PostgreSQL"), true);
        return entries;
    }

    /** One worker asked for known texts and, where there is a second name, for fresh ones. */
    private void add(Bench bench, List<Entry> entries, Server worker, List<String> names, boolean keepsLog)
            throws IOException {
        UsageMeter meter = bench.meter(worker);
        for (int i = 0; i < names.size(); i++) {
            Row row = Row.named(names.get(i), CONSTANT);
            entries.add(new Entry(new Subject(row, worker, meter, texts, i == 0 ? Way.KNOWN : Way.FRESH), keepsLog));
        }
    }

    /** What writing its records costs belongs to a request, though it comes later. */
    private static void measure(Entry entry, Asking asking, Effort effort) throws IOException, InterruptedException {
        Subject subject = entry.subject();
        long droppedBefore = entry.keepsLog() ? subject.dropped() : 0;
        Usage before = subject.meter().now();
        Question.Run run = asking.ask(subject, effort.round());
        Usage during = subject.meter().now().since(before);
        subject.settle(entry.keepsLog());
        Usage used = subject.meter().now().since(before);
        double requests = run.tally().ok();
        subject.row().add("requests_per_second", requests / run.seconds());
        subject.row().add("busy_percent", 100 * during.cpuNanos() / 1e9 / run.seconds());
        subject.row().add("cpu_micros", used.cpuNanos() / 1e3 / requests);
        subject.row().add("allocated_bytes", used.allocatedBytes() / requests);
        long dropped = entry.keepsLog() ? subject.dropped() - droppedBefore : 0;
        subject.row().add("dropped_percent", 100 * dropped / requests);
    }

    static Map<String, String> both(Map<String, String> one, Map<String, String> other) {
        Map<String, String> both = new HashMap<>(one);
        both.putAll(other);
        return both;
    }
}
