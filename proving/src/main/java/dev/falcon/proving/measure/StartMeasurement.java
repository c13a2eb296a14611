package dev.falcon.proving.measure;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From the start of {@code bin/falcon} to its first answer, with and without an AOT cache recorded beforehand, beside a JVM that
 * prints its version; then once more with one processor for all of it.
 */
final class StartMeasurement implements Measurement {

    static final Map<String, String> WITHOUT = Map.of("JAVA_OPTS", "-XX:AOTMode=off");

    private static final String JVM_ALONE = "a JVM that prints its version";

    /** What a recording run is asked, so that the classes of the request's path are in the cache too. */
    private static final int TRAINING_REQUESTS = 200;

    /** @param settings of the worker; null: a JVM alone */
    private record Subject(Row row, @Nullable Map<String, String> settings) {}

    @Override
    public List<Row> take(Bench bench) throws IOException, InterruptedException {
        Map<String, String> withCache = Map.of("JAVA_OPTS", "-XX:AOTCache=" + recorded(bench));
        Map<String, String> encoder = ServingMeasurement.both(ServingMeasurement.both(withCache,
                TransformerMeasurement.cache(bench)), Map.of("MODEL_PATH", bench.model("sentiment").toString()));
        String alone = JVM_ALONE + " (reference)";
        List<Subject> subjects = new ArrayList<>(List.of(new Subject(Row.named(alone, null), null),
                new Subject(Row.named("without AOT cache", alone), WITHOUT),
                new Subject(Row.named("with AOT cache", alone), withCache),
                new Subject(Row.named("with AOT cache, the sentence encoder", alone), encoder)));
        take(bench, subjects);
        String where = ", on one core" + bench.keepApart();
        List<Subject> onOne = List.of(new Subject(Row.named(JVM_ALONE + where, null), null),
                new Subject(Row.named("with AOT cache" + where, JVM_ALONE + where), withCache));
        take(bench, onOne);
        subjects.addAll(onOne);
        return subjects.stream().map(Subject::row).toList();
    }

    private static void take(Bench bench, List<Subject> subjects) throws IOException, InterruptedException {
        // Files that were read once lie in the system's memory, as they do at any later start.
        for (Subject subject : subjects) {
            start(bench, new Subject(Row.named("unmeasured", null), subject.settings()));
        }
        for (int round = 0; round < bench.effort().rounds(); round++) {
            for (Subject subject : subjects) {
                start(bench, subject);
            }
        }
    }

    /** As {@code make aot} does it: a worker that serves all models. */
    private static Path recorded(Bench bench) throws IOException, InterruptedException {
        Path cache = bench.folder().resolve("falcon.aot");
        Map<String, String> all = Map.of("MODEL_PATH", bench.models().toString(), "SERVED_MODELS", "all",
                "DRAIN_GRACE_SECONDS", "0", "JAVA_OPTS", "-XX:AOTCacheOutput=" + cache);
        try (Server worker = bench.worker(ServingMeasurement.both(all, TransformerMeasurement.cache(bench)))) {
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

    private static void start(Bench bench, Subject subject) throws IOException, InterruptedException {
        Row row = subject.row();
        Ticker ticker = Ticker.system();
        long begin = ticker.nanos();
        if (subject.settings() == null) {
            bench.java(List.of("--version"));
            row.add("first_answer_millis", (ticker.nanos() - begin) / 1e6);
            return;
        }
        try (Server worker = bench.worker(subject.settings())) {
            worker.answer(Texts.known(0));
            row.add("first_answer_millis", (ticker.nanos() - begin) / 1e6);
            row.add("cpu_millis", UsageMeter.cpuNanosOf(worker.pid()) / 1e6);
        }
    }
}
