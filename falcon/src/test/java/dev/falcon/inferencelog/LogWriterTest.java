package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.resilience.Guard;
import dev.falcon.resilience.GuardPolicy;
import dev.falcon.resilience.Retry;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.LogLines;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LogWriterTest {

    /** A sink with a defect: its first writes throw. */
    private static final class DefectiveSink implements LogSink {
        private final AtomicInteger writes = new AtomicInteger();

        @Override
        public WriteResult write(List<LogRow> rows) {
            if (writes.incrementAndGet() <= 2) {
                throw new IllegalStateException("a defect");
            }
            return new WriteResult.Committed(0);
        }

        @Override
        public Optional<String> probe() {
            return Optional.empty();
        }

        @Override
        public void maintain() {
            throw new IllegalStateException("a defect");
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Test
    void aDefectDoesNotEndTheWriter() throws Exception {
        Metrics metrics = new Metrics("worker-1", Ticker.system());
        DefectiveSink sink = new DefectiveSink();
        Guard guard = new Guard(Dependency.POSTGRES,
                new GuardPolicy(5, Duration.ofHours(1), 1, Duration.ofSeconds(10)), metrics.guard(Dependency.POSTGRES),
                Ticker.system());
        Retry retry = new Retry(new Settings.Retry(1, Duration.ofMillis(1), Duration.ofMillis(1)), metrics.retries(),
                Ticker.system());
        Pipeline pipeline = new Pipeline(
                new Pipeline.Parts(sink, null, null, guard, new Delivery(sink, guard, retry, Ticker.system()),
                        metrics.fallbacks()),
                new Pipeline.Plan(100, false, Ticker.system(), Clock.systemUTC()));
        try (LogLines lines = LogLines.of(LogWriter.class)) {
            pipeline.start();
            pipeline.offer(List.of(Records.answered(new RecordStamps(Clock.systemUTC()).next(), 1)));

            await().atMost(Duration.ofSeconds(20)).until(() -> pipeline.snapshot().written() == 1);
            assertThat(lines.with("nobody expected")).hasSize(2);
        } finally {
            pipeline.close(Deadline.after(Duration.ofSeconds(5), Ticker.system()));
        }
    }
}
