package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a request takes beside tokenizer and model, in an open loop at half of what a closed loop reached just before, and what
 * a plain loop that is asked as often takes beside them.
 */
final class OverheadMeasurement implements Measurement {

    private static final int CONNECTIONS_CLOSED = 8;

    private static final int WARM_UPS_AT_MOST = 45;

    /** A round has some hundreds of requests, or its p99 would be the worst of them. */
    private static final int LONGER = 3;

    private static final int MORE_ROUNDS = 4;

    /** More than are ever busy at half load. */
    private static final int CONNECTIONS_OPEN = 64;

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        String where = bench.keepApart();
        Server worker = bench.worker(ServingMeasurement.both(TransformerMeasurement.cache(bench),
                Map.of("MODEL_PATH", bench.model("sentiment").toString())));
        Server loop = bench.beside(worker, PlainLoop.class, bench.folder().resolve("cache").toString());
        Question question = new Question(worker.endpoint(), Texts.brief(), Way.FRESH);
        Row reference = Row.named("int8, a plain loop of the same rate (reference)" + where, null);
        Row row = Row.named("int8, texts of about 14 tokens" + where, reference.name());
        Effort effort = bench.effort();
        UsageMeter meter = bench.meter(worker);
        Load.Plan closed = Load.Plan.closed(CONNECTIONS_CLOSED);
        Warming.warm(meter::compilerNanos, effort, WARM_UPS_AT_MOST, time -> question.ask(row.name(), closed, time));
        Question.Run reached = question.ask(row.name(), closed, effort.round().multipliedBy(LONGER));
        double rate = reached.tally().ok() / reached.seconds() / 2;
        Load.Plan open = Load.Plan.open(CONNECTIONS_OPEN, rate);
        Warming.warm(meter::compilerNanos, effort, WARM_UPS_AT_MOST, Warming.NEARLY_IDLE,
                time -> question.ask(row.name(), open, time));
        PlainLoop.askEvenly(loop, rate, effort.warmUp(), Row.named("not kept", null));
        for (int i = 0; i < effort.rounds() * MORE_ROUNDS; i++) {
            Duration round = effort.round().multipliedBy(LONGER);
            PlainLoop.askEvenly(loop, rate, round, reference);
            Added added = new Added();
            question.ask(row.name(), open, round, added);
            added.addTo(row);
            for (Row each : List.of(reference, row)) {
                each.add("rate", rate);
            }
        }
        return List.of(reference, row);
    }
}
