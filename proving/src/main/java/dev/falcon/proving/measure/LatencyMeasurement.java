package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Tally;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.util.List;

/** Latency over an open loop at half of what a closed loop reached just before, beside the constant server. */
final class LatencyMeasurement implements Measurement {

    private static final int CONNECTIONS_CLOSED = 8;

    /** More than are ever busy at half load; what waits for one of them waits in the figures too. */
    private static final int CONNECTIONS_OPEN = 64;

    private final Texts texts = new Texts();

    /** A subject, and the reference that is asked at the same rate. */
    private record Pair(Subject subject, Subject reference) {}

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Server worker = bench.worker(ServingMeasurement.both(bench.postgres(), bench.redis()));
        Server constant = bench.constant(worker, worker.answer(Texts.known(0)));
        List<Pair> pairs = List.of(pair(bench, worker, constant, Way.KNOWN), pair(bench, worker, constant, Way.FRESH));
        for (Pair pair : pairs) {
            pair.reference().ask(Load.Plan.closed(CONNECTIONS_CLOSED), bench.effort().warmUp());
            pair.subject().ask(Load.Plan.closed(CONNECTIONS_CLOSED), bench.effort().warmUp());
            pair.subject().settle(true);
        }
        double[] rates = new double[pairs.size()];
        for (int i = 0; i < rates.length; i++) {
            Question.Run run = pairs.get(i).subject().ask(Load.Plan.closed(CONNECTIONS_CLOSED), bench.effort().round());
            pairs.get(i).subject().settle(true);
            rates[i] = run.tally().ok() / run.seconds() / 2;
        }
        for (int round = 0; round < bench.effort().rounds(); round++) {
            for (int i = 0; i < rates.length; i++) {
                measure(pairs.get(i).reference(), rates[i], bench.effort());
                measure(pairs.get(i).subject(), rates[i], bench.effort());
                pairs.get(i).subject().settle(true);
            }
        }
        return pairs.stream().flatMap(pair -> List.of(pair.reference().row(), pair.subject().row()).stream()).toList();
    }

    private Pair pair(Bench bench, Server worker, Server constant, Way way) throws IOException {
        String name = way == Way.KNOWN ? "cache hit" : "uncached";
        Row reference = Row.named("constant answer at the rate of: " + name, null);
        return new Pair(new Subject(Row.named(name, reference.name()), worker, bench.meter(worker), texts, way),
                new Subject(reference, constant, bench.meter(constant), texts, way));
    }

    private static void measure(Subject subject, double rate, Effort effort) throws IOException, InterruptedException {
        Tally tally = subject.ask(Load.Plan.open(CONNECTIONS_OPEN, rate), effort.round().multipliedBy(2)).tally();
        subject.row().add("rate", rate);
        subject.row().add("p50", tally.millisAt(50));
        subject.row().add("p90", tally.millisAt(90));
        subject.row().add("p99", tally.millisAt(99));
        subject.row().add("p999", tally.millisAt(99.9));
    }
}
