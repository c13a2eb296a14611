package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.load.Tally;
import dev.falcon.proving.measure.Question.Run;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Latency that Nginx adds: the same worker asked directly and through it, in an open loop at half load. */
final class FrontDoorMeasurement implements Measurement {

    private static final int CONNECTIONS_CLOSED = 16;

    /** More than are ever busy at half load; what waits for one of them waits in the figures too. */
    private static final int CONNECTIONS_OPEN = 64;

    /** The same questions, without and with Nginx in between. */
    private record Pair(Row directRow, Question direct, Row throughRow, Question through) {}

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        try (Stack stack = Stack.held()) {
            Container nginx = stack.frontDoorOfOneWorker(bench.root());
            Texts texts = FleetMeasurement.texts();
            List<Row> rows = new ArrayList<>();
            List<Pair> pairs = new ArrayList<>();
            for (Way way : List.of(Way.KNOWN, Way.FRESH)) {
                String what = way == Way.KNOWN ? "cache hit" : "uncached";
                Row direct = Row.named(what + ", asked directly", null);
                Row through = Row.named(what + ", through Nginx", direct.name());
                pairs.add(
                        new Pair(direct, new Question(Stack.endpoint(stack.workers().getFirst()), texts, way), through,
                                new Question(nginx.at(80), texts, way)));
                rows.addAll(List.of(direct, through));
            }
            for (Pair pair : pairs) {
                double rate = halfOf(stack, pair, bench.effort());
                for (int round = 0; round < bench.effort().rounds(); round++) {
                    Tally direct = measure(stack, pair.directRow(), pair.direct(), rate, bench.effort());
                    Tally through = measure(stack, pair.throughRow(), pair.through(), rate, bench.effort());
                    for (int percentile : List.of(50, 99)) {
                        pair.throughRow()
                                .add("added_p" + percentile,
                                        through.millisAt(percentile) - direct.millisAt(percentile));
                    }
                }
            }
            return rows;
        }
    }

    /** Half of what the worker reaches behind Nginx in a closed loop. */
    private static double halfOf(Stack stack, Pair pair, Effort effort) throws IOException, InterruptedException {
        Load.Plan closed = Load.Plan.closed(CONNECTIONS_CLOSED);
        pair.direct().ask(pair.directRow().name(), closed, effort.warmUp());
        pair.through().ask(pair.throughRow().name(), closed, effort.warmUp());
        stack.settle();
        Run run = pair.through().ask(pair.throughRow().name(), closed, effort.round());
        stack.settle();
        return run.tally().ok() / run.seconds() / 2;
    }

    private static Tally measure(Stack stack, Row row, Question question, double rate, Effort effort)
            throws IOException, InterruptedException {
        Tally tally = question.ask(row.name(), Load.Plan.open(CONNECTIONS_OPEN, rate), effort.round().multipliedBy(2))
                .tally();
        stack.settle();
        row.add("rate", rate);
        row.add("p50", tally.millisAt(50));
        row.add("p90", tally.millisAt(90));
        row.add("p99", tally.millisAt(99));
        return tally;
    }
}
