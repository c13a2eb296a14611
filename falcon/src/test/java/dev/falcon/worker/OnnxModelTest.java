package dev.falcon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.falcon.testing.OnnxModels;
import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerReply;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that serves a user's own ONNX graph, of which nobody wrote a line of code. */
@Timeout(180)
final class OnnxModelTest {

    private static final Path UNPACKED = Path.of("target", "encoder-cache").toAbsolutePath();

    @TempDir Path folder;

    private WorkerSetup setup() {
        return WorkerSetup.in(folder)
                .with("MODEL_PATH", folder.resolve("models").toString())
                .with("MODEL_CACHE_DIR", UNPACKED.toString())
                .with("HOME", folder.toString());
    }

    private void write(byte[] graph, String more) throws IOException {
        OnnxModels.write(folder.resolve("models").resolve("weather").resolve("1"), graph,
                OnnxModels.tokenizer(true), more);
    }

    @Test
    void aRequestIsAnsweredByTheGraph() throws IOException {
        write(OnnxModels.ofTokens(), ", \"batch_invariant\": true, \"graph\": {\"max_tokens\": 6}");
        double[] expected = OnnxModels.softmax(OnnxModels.logits(List.of(2, 7, 4, 3)));
        try (WorkerProcess worker = setup().start()) {
            WorkerReply reply = worker.infer("sun snow");

            assertThat(reply.status()).isEqualTo(200);
            Map<?, ?> probabilities = Objects.requireNonNull((Map<?, ?>) reply.json().get("probabilities"));
            assertThat((Double) probabilities.get("cold"))
                    .isCloseTo(expected[0], within(1e-4));
            assertThat(worker.get("/models").json().get("models")).asInstanceOf(
                    InstanceOfAssertFactories.list(Map.class))
                    .extracting(model -> model.get("name") + " " + model.get("runtime"))
                    .containsExactly("weather onnx");

            WorkerReply failed = worker.infer("snow and " + OnnxModels.BROKEN_WORD);
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.text("error_type")).isEqualTo("model_failed");
            assertThat(worker.infer("snow").status()).isEqualTo(200);
            assertThat(worker.log().toString()).contains("holds NaN");
            assertThat(folder.resolve(".cache")).as("where ONNX Runtime keeps what it means to report").doesNotExist();
        }
    }

    @Test
    void aModelThatDoesNotFitKeepsTheWorkerFromStartingAndSaysWhy() throws IOException {
        write(OnnxModels.ofTokens(), ", \"graph\": {\"scores\": \"probabilities\"}");
        try (WorkerProcess worker = setup().launch()) {
            assertThat(worker.exitStatus()).isEqualTo(1);
            assertThat(worker.log().toString()).contains("model.onnx", "are they logits?");
        }
    }
}
