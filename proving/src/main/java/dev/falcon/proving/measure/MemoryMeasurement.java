package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import dev.falcon.proving.load.Load;
import dev.falcon.proving.measure.Question.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The resident set of a worker: a new one each round, after its start, after load, and when it has rested. */
final class MemoryMeasurement implements Measurement {

    private static final Map<String, String> SMALL = Map.of("JAVA_OPTS", "-Xmx128m -XX:AOTMode=off");

    private final Texts texts = new Texts();

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Row byDefault = Row.named("default heap: 35 % of the memory", null);
        Row small = Row.named("heap of 128 MiB", byDefault.name());
        for (int round = 0; round < bench.effort().rounds(); round++) {
            measure(bench, StartMeasurement.WITHOUT, byDefault);
            measure(bench, SMALL, small);
        }
        return List.of(byDefault, small);
    }

    private void measure(Bench bench, Map<String, String> settings, Row row) throws IOException, InterruptedException {
        try (Server worker = bench.worker(settings); UsageMeter meter = UsageMeter.of(worker.pid())) {
            row.add("after_start", residentMib(worker));
            for (Way way : List.of(Way.KNOWN, Way.FRESH)) {
                new Subject(row, worker, meter, texts, way).ask(Load.Plan.closed(8), bench.effort().round());
            }
            row.add("after_load", residentMib(worker));
            Duration rest = bench.effort().round().multipliedBy(2);
            Ticker.system().sleep(rest);
            row.add("at_rest", residentMib(worker));
        }
    }

    private static double residentMib(Server worker) throws IOException {
        return residentKib(Files.readString(Path.of("/proc", Long.toString(worker.pid()), "status"))) / 1024.0;
    }

    /** From the text of {@code /proc/PID/status}. */
    static long residentKib(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no resident set in it"));
    }
}
