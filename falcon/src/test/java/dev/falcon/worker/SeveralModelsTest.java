package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.WorkerLog;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that serves a whole tree of models: three names of the same weights, and one that is broken. */
@Timeout(180)
final class SeveralModelsTest {

    @TempDir Path folder;

    private void install(String name) throws IOException {
        Path shipped = WorkerSetup.shippedModel();
        Path model = Files.createDirectories(folder.resolve("models").resolve(name).resolve("1"));
        Files.copy(shipped.resolve("weights.bin"), model.resolve("weights.bin"));
        Files.writeString(model.resolve("manifest.json"), Files.readString(shipped.resolve("manifest.json"))
                .replace("\"name\" : \"sentiment-linear\"", "\"name\" : \"" + name + "\""));
    }

    private WorkerSetup setup() throws IOException {
        for (String name : List.of("first", "second", "third", "broken")) {
            install(name);
        }
        Files.writeString(folder.resolve("models").resolve("broken").resolve("1").resolve("weights.bin"), "no");
        return WorkerSetup.in(folder)
                .with("MODEL_PATH", folder.resolve("models").toString())
                .with("DEFAULT_MODEL", "second")
                .with("SERVED_MODELS", "all");
    }

    @Test
    void everyModelOfTheTreeAnswersUnderItsNameAndTheBrokenOneIsSaid() throws IOException {
        try (WorkerProcess worker = setup().start()) {
            assertThat(worker.infer("Great food").text("model_name")).isEqualTo("second");
            WorkerReply named = worker.infer(Map.of("text", "Great service", "model", "first/1"));
            assertThat(named.text("model_name")).isEqualTo("first");
            WorkerReply several = worker
                    .infer(Map.of("text", "Lovely place", "models", List.of("third", "second", "first")));
            assertThat(several.json().get("answers")).asInstanceOf(
                    InstanceOfAssertFactories.list(Map.class))
                    .extracting(answer -> answer.get("model_name"))
                    .containsExactly("third", "second", "first");
            WorkerReply unknown = worker.infer(Map.of("text", "Great food", "model", "broken"));
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.text("error_type")).isEqualTo("unknown_model");
            assertThat(unknown.text("detail")).contains("\"broken\"").contains("/models");
            assertThat(worker.get("/models").json().get("models")).asInstanceOf(
                    InstanceOfAssertFactories.list(Map.class))
                    .extracting(model -> model.get("name") + " " + model.get("default"))
                    .containsExactly("second true", "first false", "third false");
            assertThat(worker.metric("inference_requests_total", "model=\"first\"", "status=\"success\"")).isEqualTo(1);
            assertThat(worker.metric("model_info")).isEqualTo(3);
            assertThat(worker.log().of("model_left_out")).singleElement()
                    .extracting(WorkerLog.Line::message)
                    .asString()
                    .contains("broken");
            assertThat(worker.log()
                    .lines()
                    .stream()
                    .filter(line -> List.of("model_loading", "ready").contains(line.text("event")))
                    .map(WorkerLog.Line::message)
                    .map(message -> message.replaceFirst(" on port .*", "")))
                    .containsExactly("loading second/1, linear", "loading broken/1, linear", "loading first/1, linear",
                            "loading third/1, linear", "ready: second/1");
        }
    }

    @Test
    void severalTextsInOneRequestAreCachedAndRecordedEachByItself() throws IOException {
        try (WorkerProcess worker = setup().start()) {
            assertThat(worker.infer("Great food").status()).isEqualTo(200);
            WorkerReply several =
                    worker.post("/infer/batch", Map.of("texts", List.of("Lovely place", "Great food", "Awful")));

            assertThat(several.status()).isEqualTo(200);
            assertThat(several.json().get("answers")).asInstanceOf(
                    InstanceOfAssertFactories.list(Map.class))
                    .extracting(answer -> answer.get("item") + " " + answer.get("cache_hit"))
                    .containsExactly("0 false", "1 true", "2 false");
            assertThat(worker.metric("inference_log_enqueued_total")).isEqualTo(4);
            assertThat(worker.post("/infer/batch", Map.of("texts", List.of("fine", " "))).text("detail"))
                    .contains("index 1");
        }
    }

    @Test
    void onlyThoseThatAreListedAreServedAndEachMustLoad() throws IOException {
        try (WorkerProcess worker = setup().with("SERVED_MODELS", "third").start()) {
            assertThat(worker.infer(Map.of("text", "Great food", "model", "third")).status()).isEqualTo(200);
            assertThat(worker.infer(Map.of("text", "Great food", "model", "first")).status()).isEqualTo(404);
        }
        try (WorkerProcess worker = WorkerSetup.in(folder)
                .with("MODEL_PATH", folder.resolve("models").toString())
                .with("DEFAULT_MODEL", "second")
                .with("SERVED_MODELS", "broken")
                .launch()) {
            assertThat(worker.exitStatus()).isEqualTo(1);
            assertThat(worker.log().toString()).contains("weights.bin");
        }
    }
}
