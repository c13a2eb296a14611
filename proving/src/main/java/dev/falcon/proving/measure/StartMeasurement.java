package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** From the start of {@code bin/falcon} to its first answer, with and without an AOT cache recorded beforehand. */
final class StartMeasurement implements Measurement {

    static final Map<String, String> WITHOUT = Map.of("JAVA_OPTS", "-XX:AOTMode=off");

    /** What a recording run is asked, so that the classes of the request's path are in the cache too. */
    private static final int TRAINING_REQUESTS = 200;

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Row without = Row.named("without AOT cache (reference)", null);
        Row with = Row.named("with AOT cache", without.name());
        Path cache = record(bench);
        Map<String, String> withCache = Map.of("JAVA_OPTS", "-XX:AOTCache=" + cache);
        // Files that were read once lie in the system's memory, as they do at any later start.
        start(bench, WITHOUT, Row.named("unmeasured", null));
        start(bench, withCache, Row.named("unmeasured", null));
        for (int round = 0; round < bench.effort().rounds(); round++) {
            start(bench, WITHOUT, without);
            start(bench, withCache, with);
        }
        return List.of(without, with);
    }

    private static Path record(Bench bench) throws IOException, InterruptedException {
        Path cache = bench.folder().resolve("falcon.aot");
        try (Server worker = bench.worker(Map.of("JAVA_OPTS", "-XX:AOTCacheOutput=" + cache, "DRAIN_GRACE_SECONDS",
                "0"))) {
            for (int i = 0; i < TRAINING_REQUESTS; i++) {
                worker.answer(Texts.known(i % (TRAINING_REQUESTS / 2)));
            }
            worker.terminate();
        }
        if (!Files.exists(cache)) {
            throw new IOException("the recording run left no AOT cache");
        }
        return cache;
    }

    private static void start(Bench bench, Map<String, String> settings, Row row)
            throws IOException, InterruptedException {
        Ticker ticker = Ticker.system();
        long begin = ticker.nanos();
        try (Server worker = bench.worker(settings)) {
            worker.answer(Texts.known(0));
            row.add("first_answer_millis", (ticker.nanos() - begin) / 1e6);
            row.add("cpu_millis", UsageMeter.cpuNanosOf(worker.pid()) / 1e6);
        }
    }
}
