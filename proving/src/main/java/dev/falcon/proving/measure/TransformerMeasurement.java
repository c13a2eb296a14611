package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Texts a second of a worker with a sentence encoder, beside a plain loop over the same encoder. */
final class TransformerMeasurement implements Measurement {

    private static final List<Integer> CLIENTS = List.of(8, 32);
    private static final List<Integer> BATCHES = List.of(1, 2, 4, 8, 16, 32);
    private static final int TRAINING_TEXTS = 60;

    private static final int LOOP_WARM_UPS = 8;

    /** Where each text takes milliseconds, it is minutes until the JVM's compilers have done with what is around them. */
    private static final int WARM_UPS_AT_MOST = 45;

    /** The machine's moods outlast a round: more and shorter ones meet loop and worker in the same mood more often. */
    private static final int MORE_ROUNDS = 4;

    private final Texts texts = Texts.brief();

    /** A worker asked over so many connections, and what it is compared with. */
    private record Asked(Row row, Question question, UsageMeter meter, int clients) {

        Question.Run ask(Duration duration, Shares shares) throws IOException, InterruptedException {
            return question.ask(row.name(), Load.Plan.closed(clients), duration, shares);
        }
    }

    /** The plain loop over one encoder. */
    private record Loop(Row row, Server server, String encoder, int batch) {

        double run(Duration duration) throws IOException {
            return PlainLoop.ask(server, encoder, batch, duration);
        }
    }

    /** An encoder's loop, and its worker. */
    private record Group(Loop loop, List<Asked> asked) {}

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Map<String, String> cache = cache(bench);
        String where = bench.keepApart();
        Server int8 = bench.worker(ServingMeasurement.both(cache,
                Map.of("MODEL_PATH", bench.model("sentiment").toString())));
        Server fp32 = bench.worker(ServingMeasurement.both(cache, Map.of("MODEL_PATH", trained(bench).toString())));
        Server loop = bench.beside(int8, PlainLoop.class, bench.folder().resolve("cache").toString());
        List<Group> groups = List.of(
                group("int8", bench, int8, new Loop(Row.named("int8, plain loop (reference)" + where, null), loop,
                        PlainLoop.INT8, 1), where),
                group("fp32", bench, fp32, best(loop, bench.effort(), where), where));
        UsageMeter loopMeter = bench.meter(loop);
        for (int clients : CLIENTS) {
            groups.getFirst()
                    .asked()
                    .add(new Asked(Row.named("int8, the loop over HTTP, " + clients + " clients" + where,
                            groups.getFirst().loop().row().name()),
                            new Question(loop.endpoint(), texts, Way.FRESH), loopMeter, clients));
        }
        Effort effort = bench.effort();
        for (Group group : groups) {
            for (int i = 0; i < LOOP_WARM_UPS && !effort.isQuick(); i++) {
                group.loop().run(effort.warmUp());
            }
            for (Asked asked : group.asked()) {
                Warming.warm(asked.meter()::compilerNanos, effort, WARM_UPS_AT_MOST,
                        time -> asked.ask(time, new Shares(asked.clients())));
            }
        }
        for (int round = 0; round < effort.rounds() * MORE_ROUNDS; round++) {
            for (Group group : groups) {
                measure(group, effort.round());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Group group : groups) {
            rows.add(group.loop().row());
            group.asked().forEach(asked -> rows.add(asked.row()));
        }
        return rows;
    }

    /** So that an encoder is unpacked once for all. */
    static Map<String, String> cache(Bench bench) {
        return Map.of("MODEL_CACHE_DIR", bench.folder().resolve("cache").toString());
    }

    /** A head on the fp32 encoder; what it answers means nothing, and costs what any other does. */
    private static Path trained(Bench bench) throws IOException, InterruptedException {
        StringBuilder data = new StringBuilder("text\tlabel\n");
        for (int i = 0; i < TRAINING_TEXTS; i++) {
            data.append(i % 2 == 0 ? "a strong film, worth scene " : "a weak film, spoilt by scene ")
                    .append(i)
                    .append(i % 2 == 0 ? "\tpositive\n" : "\tnegative\n");
        }
        Path file = Files.writeString(bench.folder().resolve("labelled.tsv"), data);
        bench.falcon(List.of("train", "--runtime", "transformer", "--encoder", "bge-small-en-v1.5-fp32", "--name",
                "fp32", "--data", file.toString(), "--out", bench.folder().toString()), cache(bench));
        return bench.folder().resolve("fp32").resolve("1");
    }

    private static Loop best(Server server, Effort effort, String where) throws IOException {
        int best = 1;
        double most = 0;
        PlainLoop.ask(server, PlainLoop.FP32, best, effort.warmUp());
        for (int batch : BATCHES) {
            double reached = PlainLoop.ask(server, PlainLoop.FP32, batch, effort.warmUp());
            if (reached > most) {
                most = reached;
                best = batch;
            }
        }
        return new Loop(Row.named("fp32, plain loop in batches of " + best + " (reference)" + where, null), server,
                PlainLoop.FP32, best);
    }

    private Group group(String encoder, Bench bench, Server worker, Loop loop, String where) throws IOException {
        List<Asked> asked = new ArrayList<>();
        UsageMeter meter = bench.meter(worker);
        for (int clients : CLIENTS) {
            asked.add(new Asked(Row.named(encoder + ", " + clients + " clients" + where, loop.row().name()),
                    new Question(worker.endpoint(), texts, Way.FRESH), meter, clients));
        }
        return new Group(loop, asked);
    }

    private static void measure(Group group, Duration round) throws IOException, InterruptedException {
        group.loop().row().add("texts_per_second", group.loop().run(round));
        for (Asked asked : group.asked()) {
            Shares shares = new Shares(asked.clients());
            Question.Run run = asked.ask(round, shares);
            double p50 = run.tally().millisAt(50);
            double p99 = run.tally().millisAt(99);
            asked.row().add("texts_per_second", run.tally().ok() / run.seconds());
            asked.row().add("p50", p50);
            asked.row().add("p99", p99);
            asked.row().add("p99_over_p50", p99 / p50);
            asked.row().add("least_served", shares.least());
        }
    }
}
