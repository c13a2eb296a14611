package dev.falcon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Answer;
import dev.falcon.inference.IdempotencyStatus;
import dev.falcon.inference.InferenceOutcome.Success;
import dev.falcon.inference.Stage;
import dev.falcon.inference.StageTimings;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerTimingTest {

    private static StageTimings timings() {
        StageTimings timings = new StageTimings();
        timings.add(Stage.MODEL, 2_000_000);
        timings.add(Stage.ADMISSION, 999);
        timings.add(Stage.MODEL, 34_567);
        timings.add(Stage.CACHE, 12_300_000_000L);
        return timings;
    }

    @Test
    void theStagesThatWereEnteredAreTimedInTheirOrderAndThenTheWhole() {
        assertThat(ServerTiming.of(timings(), 7000, 12_345_678)).isEqualTo(
                "admission;dur=0.000, cache;dur=12300.000, model;dur=2.034, encode;dur=0.007, total;dur=12.345");
    }

    @Test
    void anAnswerCarriesItsTimings() throws Exception {
        Success success = new Success(List.of(new Answer(Worker.MODEL, 0, Worker.POSITIVE, false, 1000)),
                IdempotencyStatus.NONE, timings());
        try (Worker worker = new Worker(Bounds.USUAL, Worker.always(success)); RawClient client = worker.client()) {
            assertThat(client.send(Worker.post("{\"text\":\"hello\"}")).answer().header("Server-Timing")).matches(
                    "admission;dur=0.000, cache;dur=12300.000, model;dur=2.034, encode;dur=[0-9.]+, total;dur=[0-9.]+");
        }
    }
}
