package dev.falcon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, UTF_8);
    private final AtomicLong nanos = new AtomicLong();
    private final CountDownLatch twoSecondsOver = new CountDownLatch(1);

    /** Whoever sleeps is woken when the test says that the time is over. */
    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            assertThat(duration).isEqualTo(Duration.ofSeconds(2));
            twoSecondsOver.await();
        }
    };

    private String printed() {
        return bytes.toString(UTF_8);
    }

    @Test
    void quickWorkIsSilent() {
        try (Progress progress = new Progress(err, ticker, "reading")) {
            progress.accept("training");
        }
        twoSecondsOver.countDown();

        assertThat(printed()).isEmpty();
    }

    @Test
    void slowWorkTellsTheStepItIsAtAndThenOneASecond() {
        try (Progress progress = new Progress(err, ticker, "reading")) {
            progress.accept("training");
            twoSecondsOver.countDown();
            await().untilAsserted(() -> assertThat(printed()).contains("training …"));
            progress.accept("evaluating");
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            progress.accept("writing");
        }
        assertThat(printed().lines()).containsExactly("training …", "writing …");
    }
}
