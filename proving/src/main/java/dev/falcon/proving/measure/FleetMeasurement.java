package dev.falcon.proving.measure;

import dev.falcon.proving.load.Endpoint;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Wire;
import dev.falcon.proving.measure.Question.Run;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Requests a second and CPU time of a request: one worker alone, one behind Nginx, and the fleet, all on one core. */
final class FleetMeasurement implements Measurement {

    private static final int CONNECTIONS = 16;
    private static final int WARM_UPS_AT_MOST = 40;
    private static final String WORKERS = "worker_micros";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /**
     * One row.
     *
     * @param paid the containers whose CPU time counts, by the column that it goes into
     */
    private record Entry(Row row, Question question, Map<String, List<Container>> paid) {}

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        try (Stack stack = Stack.held()) {
            List<Entry> entries = entries(stack, stack.frontDoorOfOneWorker(bench.root()));
            for (Entry entry : entries) {
                warmUp(stack, entry, bench.effort());
            }
            for (int round = 0; round < bench.effort().rounds(); round++) {
                for (Entry entry : entries) {
                    measure(stack, entry, bench.effort());
                }
            }
            return entries.stream().map(Entry::row).toList();
        }
    }

    /** On one core, the compilers of all workers take turns with what is measured. */
    private static void warmUp(Stack stack, Entry entry, Effort effort) throws IOException, InterruptedException {
        List<Container> workers = Objects.requireNonNull(entry.paid().get(WORKERS));
        Warming.warm(() -> compilerNanos(workers), effort, WARM_UPS_AT_MOST, time -> {
            entry.question().ask(entry.row().name(), Load.Plan.closed(CONNECTIONS), time);
            stack.settle();
        });
    }

    private static long compilerNanos(List<Container> workers) throws IOException {
        long nanos = 0;
        for (Container worker : workers) {
            nanos += UsageMeter.compilerNanosOf(worker.pid());
        }
        return nanos;
    }

    /** Texts that no earlier run has left in Redis. */
    static Texts texts() {
        return new Texts(InstantSource.system().millis() * 1_000);
    }

    private static List<Entry> entries(Stack stack, Container ownNginx) throws IOException {
        Container worker = stack.workers().getFirst();
        checkModels(Stack.endpoint(worker));
        Texts texts = texts();
        List<Entry> entries = new ArrayList<>();
        for (Way way : List.of(Way.KNOWN, Way.FRESH, Way.ENCODED)) {
            String what = switch (way) {
                case KNOWN -> "cache hit";
                case ENCODED -> "sentence encoder, uncached";
                default -> "uncached";
            };
            String reference = "one worker asked directly, " + what;
            entries.add(new Entry(Row.named(reference, null), new Question(Stack.endpoint(worker), texts, way),
                    paid(stack, List.of(worker), List.of())));
            entries.add(new Entry(Row.named("the same worker behind Nginx, " + what, reference),
                    new Question(ownNginx.at(80), texts, way), paid(stack, List.of(worker), List.of(ownNginx))));
            entries.add(new Entry(Row.named("three workers behind Nginx, " + what, reference),
                    new Question(stack.nginx().at(80), texts, way),
                    paid(stack, stack.workers(), List.of(stack.nginx()))));
        }
        return entries;
    }

    private static void checkModels(Endpoint worker) throws IOException {
        try (Wire wire = new Wire(worker, PATIENCE)) {
            String served = wire.ask(worker.get("/models")).body();
            if (!served.contains("\"name\":\"" + Texts.ENCODED.name() + "\"")) {
                throw new NoStack("it does not serve " + Texts.ENCODED.name()
                        + "; set DEFAULT_MODEL=sentiment-linear and SERVED_MODELS=all in .env, and start it again");
            }
        }
    }

    private static Map<String, List<Container>> paid(Stack stack, List<Container> workers, List<Container> nginx) {
        Map<String, List<Container>> paid = new LinkedHashMap<>();
        paid.put(WORKERS, workers);
        paid.put("nginx_micros", nginx);
        paid.put("redis_micros", List.of(stack.redis()));
        paid.put("postgres_micros", List.of(stack.postgres()));
        return paid;
    }

    /** What writing its records costs belongs to a request, though it comes later. */
    private static void measure(Stack stack, Entry entry, Effort effort) throws IOException, InterruptedException {
        long droppedBefore = stack.dropped();
        Map<String, Long> before = used(entry);
        Run run = entry.question().ask(entry.row().name(), Load.Plan.closed(CONNECTIONS), effort.round());
        stack.settle();
        Map<String, Long> after = used(entry);
        double requests = run.tally().ok();
        Row row = entry.row();
        row.add("requests_per_second", requests / run.seconds());
        micros(before, after, requests).forEach(row::add);
        row.add("dropped_percent", 100 * (stack.dropped() - droppedBefore) / requests);
    }

    private static Map<String, Long> used(Entry entry) throws IOException {
        Map<String, Long> used = new LinkedHashMap<>();
        for (Map.Entry<String, List<Container>> part : entry.paid().entrySet()) {
            long nanos = 0;
            for (Container container : part.getValue()) {
                nanos += container.cpuNanos();
            }
            used.put(part.getKey(), nanos);
        }
        return used;
    }

    /** CPU time of a request in each part, and in all together. */
    static Map<String, Double> micros(Map<String, Long> beforeNanos, Map<String, Long> afterNanos, double requests) {
        Map<String, Double> micros = new LinkedHashMap<>();
        double all = 0;
        for (Map.Entry<String, Long> part : afterNanos.entrySet()) {
            double used = (part.getValue() - beforeNanos.getOrDefault(part.getKey(), 0L)) / 1e3 / requests;
            micros.put(part.getKey(), used);
            all += used;
        }
        micros.put("cpu_micros", all);
        return micros;
    }
}
