package dev.falcon.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Deadline;
import dev.falcon.testing.HandTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessorsTest {

    @Test
    void noMoreComputeAtOnceThanThereAreProcessorsAndTheNextOnlyWhenOneIsFree() throws InterruptedException {
        HandTicker ticker = new HandTicker();
        Processors processors = new Processors(2, ticker);
        Deadline soon = Deadline.after(Duration.ofMillis(20), ticker);
        assertThat(processors.take(soon)).isTrue();
        processors.take();

        assertThat(processors.take(soon)).isFalse();
        processors.leave();
        assertThat(processors.take(soon)).isTrue();
        processors.leave();
        ticker.advance(Duration.ofMillis(20));
        assertThat(processors.take(soon)).as("nobody waits for it any more").isFalse();
    }
}
