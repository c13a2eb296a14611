package dev.falcon.proving.measure;

import dev.falcon.proving.measure.Question.Way;
import dev.falcon.proving.measure.ServingMeasurement.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one core serves to one core, beside the constant server. */
final class SpeedMeasurement implements Measurement {

    private static final int CONNECTIONS = 64;

    /** The machine's moods move the reference by a factor of two. */
    private static final int MORE_ROUNDS = 3;

    private final Texts texts = new Texts();

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        String where = bench.keepApart();
        Server off = bench.worker(ServingMeasurement.NO_LOG);
        Server on = bench.worker(Map.of());
        Server constant = bench.constant(off, off.answer(Texts.known(0)));
        UsageMeter offMeter = bench.meter(off);
        UsageMeter onMeter = bench.meter(on);
        Row reference = Row.named("constant answer of that size (reference)" + where, null);
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(new Subject(reference, constant, bench.meter(constant), texts, Way.KNOWN), false));
        for (Way way : List.of(Way.KNOWN, Way.FRESH)) {
            String what = way == Way.KNOWN ? "a cache hit" : "linear model, every text different";
            Row withoutLog = Row.named(what + ", log off" + where, reference.name());
            Row withLog = Row.named(what + ", log on" + where, reference.name());
            entries.add(new Entry(new Subject(withoutLog, off, offMeter, texts, way), false));
            entries.add(new Entry(new Subject(withLog, on, onMeter, texts, way), true));
        }
        return ServingMeasurement.measured(entries, (subject, time) -> subject.rounds(CONNECTIONS, time),
                bench.effort(), bench.effort().rounds() * MORE_ROUNDS);
    }
}
