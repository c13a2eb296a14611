package dev.falcon.proving.measure;

import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a request takes beside tokenizer and model, in an open loop at half of what a closed loop reached just before. */
final class OverheadMeasurement implements Measurement {

    private static final int CONNECTIONS_CLOSED = 8;

    private static final int WARM_UPS_AT_MOST = 45;

    /** More than are ever busy at half load. */
    private static final int CONNECTIONS_OPEN = 64;

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        String where = bench.keepApart();
        Server worker = bench.worker(ServingMeasurement.both(TransformerMeasurement.cache(bench),
                Map.of("MODEL_PATH", bench.model("sentiment").toString())));
        Question question = new Question(worker.endpoint(), Texts.brief(), Way.FRESH);
        Row row = Row.named("int8, texts of about 14 tokens" + where, null);
        Effort effort = bench.effort();
        Duration round = effort.round().multipliedBy(3);
        Load.Plan closed = Load.Plan.closed(CONNECTIONS_CLOSED);
        Warming.warm(bench.meter(worker), effort, WARM_UPS_AT_MOST, time -> question.ask(row.name(), closed, time));
        Question.Run reached = question.ask(row.name(), closed, round);
        double rate = reached.tally().ok() / reached.seconds() / 2;
        // Once unmeasured, as the client's way of waiting is warmed up too.
        question.ask(row.name(), Load.Plan.open(CONNECTIONS_OPEN, rate), effort.warmUp());
        for (int i = 0; i < effort.rounds(); i++) {
            Added added = new Added();
            question.ask(row.name(), Load.Plan.open(CONNECTIONS_OPEN, rate), round, added);
            row.add("rate", rate);
            added.addTo(row);
        }
        return List.of(row);
    }
}
