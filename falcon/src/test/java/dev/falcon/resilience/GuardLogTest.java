package dev.falcon.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Dependency;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.LogLines;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The probe's own thread, and what an outage leaves in the log. */
@Isolated("reads log lines, which other tests write too")
class GuardLogTest {

    private static final GuardPolicy QUICK = new GuardPolicy(3, Duration.ofMillis(100), 2, Duration.ofSeconds(5));

    private final Metrics metrics = new Metrics("w", Ticker.system());

    @Test
    void tellsAnOutageOnceAndItsEndOnce() {
        AtomicBoolean works = new AtomicBoolean(true);
        AtomicInteger failed = new AtomicInteger();
        try (LogLines log = LogLines.of(Guard.class); Guard guard = guard()) {
            guard.start(() -> {
                if (!works.get()) {
                    failed.incrementAndGet();
                    throw new IOException("gone");
                }
                return true;
            });
            await().until(guard::isAvailable);
            works.set(false);
            await().until(() -> failed.get() > 8);
            works.set(true);
            await().until(guard::isAvailable);
            await().until(() -> log.with("Database available again after").size() == 1);
            assertThat(log.with("Database unavailable: gone")).hasSize(1).first().asString().startsWith("ERROR");
            assertThat(log.with("Database available again").getFirst()).startsWith("INFO");
            assertThat(log.with("circuit breaker of postgres: closed to open")).hasSize(1)
                    .first()
                    .asString()
                    .startsWith("WARN");
        }
    }

    @Test
    void tellsOnceThatADependencyIsAbsentFromTheStartAndWhenItComes() {
        AtomicBoolean works = new AtomicBoolean();
        AtomicInteger probes = new AtomicInteger();
        try (LogLines log = LogLines.of(Guard.class); Guard guard = guard()) {
            guard.start(() -> {
                probes.incrementAndGet();
                if (!works.get()) {
                    throw new IOException("nobody there");
                }
                return true;
            });
            await().until(() -> probes.get() > 4);
            assertThat(log.with("Database unavailable: nobody there")).hasSize(1);
            works.set(true);
            await().until(() -> log.with("Database available again").size() == 1);
            assertThat(log.with("circuit breaker of postgres")).as("a first connection is no change worth a warning")
                    .isEmpty();
        }
    }

    @Test
    void endsItsThreadWhenClosedEvenInAProbe() {
        Guard guard = guard();
        CompletableFuture<Thread> prober = new CompletableFuture<>();
        guard.start(() -> {
            prober.complete(Thread.currentThread());
            Ticker.system().sleep(Duration.ofHours(1));
            return true;
        });
        Thread thread = prober.join();
        guard.close();
        assertThat(thread.isAlive()).isFalse();
    }

    private Guard guard() {
        return new Guard(Dependency.POSTGRES, QUICK, metrics.guard(Dependency.POSTGRES), Ticker.system());
    }
}
