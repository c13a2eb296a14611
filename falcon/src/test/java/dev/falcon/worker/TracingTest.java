package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import dev.falcon.worker.Collector.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spans as a collector gets them, and what becomes of a worker without one. */
@Timeout(120)
final class TracingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final long SERVER = 2;
    private static final int DRAINED = 143;

    @TempDir Path folder;

    private static Span only(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
    }

    /** Microseconds by name, as the answer's header says; "total" is the request's own. */
    private static Map<String, Long> serverTiming(WorkerReply reply) {
        Map<String, Long> micros = new TreeMap<>();
        for (String entry : reply.header("Server-Timing").split(", ", -1)) {
            String[] parts = entry.split(";dur=", -1);
            micros.put(parts[0], Long.parseLong(parts[1].replace(".", "")));
        }
        return micros;
    }

    @Test
    void aRequestIsASpanBelowItsCallersWithOneForEachStageAsLongAsServerTimingSays() throws Exception {
        try (Collector collector = new Collector();
                WorkerProcess worker = WorkerSetup.in(folder)
                        .with("WORKER_ID", "w-1")
                        .with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
                        .with("OTEL_SERVICE_NAME", "texts")
                        .start()) {
            WorkerReply reply = worker.infer("a text", "traceparent", "00-" + TRACE + "-" + CALLER + "-01");
            await().atMost(PATIENCE).until(() -> !collector.spans().isEmpty());

            List<Span> spans = collector.spans();
            Span request = only(spans, "POST /infer");
            assertThat(request.parent()).isEqualTo(CALLER);
            assertThat(request.kind()).isEqualTo(SERVER);
            assertThat(request.attributes()).containsEntry("service.name", "texts")
                    .containsEntry("service.instance.id", "w-1")
                    .containsEntry("falcon.model", "sentiment-linear")
                    .containsEntry("falcon.cache_hit", "false")
                    .containsEntry("http.response.status_code", "200");
            Map<String, Long> told = new TreeMap<>();
            for (Span span : spans) {
                assertThat(span.traceId()).isEqualTo(TRACE);
                if (!span.equals(request)) {
                    assertThat(span.parent()).isEqualTo(request.id());
                }
                told.put(span.equals(request) ? "total" : span.name(), span.nanos() / 1000);
            }
            assertThat(told).isEqualTo(serverTiming(reply)).containsKeys("model", "encode", "cache");
        }
    }

    @Test
    void aRefusalIsASpanAndWhatTheCallerDoesNotSampleIsNone() throws Exception {
        try (Collector collector = new Collector();
                WorkerProcess worker = WorkerSetup.in(folder)
                        .with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint() + "/")
                        .start()) {
            assertThat(worker.infer("unseen", "traceparent", "00-" + TRACE + "-" + CALLER + "-00").status())
                    .isEqualTo(200);
            assertThat(worker.infer(" ").status()).isEqualTo(422);
            worker.sigterm();
            assertThat(worker.exitStatus()).isEqualTo(DRAINED);

            Span refused = only(collector.spans(), "POST /infer");
            assertThat(refused.parent()).isEmpty();
            assertThat(refused.attributes()).containsEntry("error.type", "invalid_text")
                    .containsEntry("service.name", "falcon");
            assertThat(collector.spans()).as("sent by the drain").allMatch(span -> !span.traceId().equals(TRACE));
        }
    }

    @Test
    void aCollectorThatIsAwayCostsSpansAndNothingElse() {
        try (WorkerProcess worker = WorkerSetup.in(folder)
                .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
                .start()) {
            for (int i = 0; i < 50; i++) {
                assertThat(worker.infer("text " + i).status()).isEqualTo(200);
            }
            await().atMost(PATIENCE).until(() -> !worker.log().of("spans_lost").isEmpty());
            worker.sigterm();
            assertThat(worker.exitStatus()).isEqualTo(DRAINED);
            assertThat(worker.log().of("spans_lost")).hasSize(1);
            assertThat(worker.log().of("library")).isEmpty();
        }
    }

    @Test
    void withoutACollectorNothingOfTheLibraryIsLoaded() throws Exception {
        Path loaded = folder.resolve("loaded.txt");
        try (WorkerProcess worker = WorkerSetup.in(folder).withJava("-Xlog:class+load:file=" + loaded).start()) {
            assertThat(worker.infer("a text").status()).isEqualTo(200);
            worker.sigterm();
            assertThat(worker.exitStatus()).isEqualTo(DRAINED);
        }
        List<String> classes = Files.readAllLines(loaded);
        assertThat(classes.stream().filter(line -> line.contains("dev.falcon.FalconServer "))).hasSize(1);
        assertThat(classes.stream().filter(line -> line.contains("opentelemetry"))).isEmpty();
    }
}
