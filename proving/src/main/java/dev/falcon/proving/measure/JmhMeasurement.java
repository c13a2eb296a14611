package dev.falcon.proving.measure;

import dev.falcon.proving.jmh.Microbenchmarks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The microbenchmarks; a round is an iteration of JMH's. */
final class JmhMeasurement implements Measurement {

    private static final int ITERATION_MILLIS = 500;
    private static final int ITERATION_MILLIS_QUICK = 20;

    @Override
    public List<Row> take(Bench bench) throws IOException {
        boolean quick = bench.effort().isQuick();
        List<Row> rows = new ArrayList<>();
        for (Microbenchmarks.Measured measured : Microbenchmarks.run(".*", new Microbenchmarks.Plan(
                bench.effort().rounds(), quick ? ITERATION_MILLIS_QUICK : ITERATION_MILLIS, false))) {
            Row row = Row.named("`" + measured.name() + "`", null);
            measured.nanos().forEach(nanos -> row.add("nanos", nanos));
            measured.bytes().forEach(bytes -> row.add("bytes", bytes));
            rows.add(row);
        }
        return rows;
    }
}
