package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The listener's own threads go on after an error that nobody foresaw. */
class SurvivalTest {

    /** The machine's clock, except that it throws an Error to one thread for a few times. */
    private static final class BrokenTicker implements Ticker {

        private final String victim;
        private final AtomicInteger left = new AtomicInteger();
        private final CountDownLatch thrown = new CountDownLatch(2);

        private BrokenTicker(String victim) {
            this.victim = victim;
        }

        private void maybeThrow() {
            if (Thread.currentThread().getName().equals(victim) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                thrown.countDown();
                throw new AssertionError("as if memory had run out");
            }
        }

        @Override
        public long nanos() {
            maybeThrow();
            return Ticker.system().nanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            if (!victim.equals("watchdog")) {
                maybeThrow();
            }
            Ticker.system().sleep(duration);
        }
    }

    private static Listener open(Ticker ticker) throws CannotListen {
        return Listener.open(
                Listener.bind(OpenPort.settings("127.0.0.1", 0,
                        OpenPort.Bounds.USUAL.readWithin(Duration.ofMillis(1500)))),
                new Front(exchange -> exchange.answer(OpenPort.text(200, "")), rejection -> OpenPort.text(400, "")),
                new Metrics("worker-test", Ticker.system()).listener(), ticker);
    }

    @Test
    void theWatchdogStillCutsOffAfterRoundsThatFailed() throws Exception {
        BrokenTicker ticker = new BrokenTicker("watchdog");
        Listener listener = open(ticker);
        try (RawClient silent = new RawClient(listener.port())) {
            ticker.left.set(2);
            ticker.thrown.await();
            assertThat(silent.isClosed()).isTrue();
        } finally {
            listener.close(Duration.ZERO);
        }
    }

    @Test
    void theAcceptorStillAcceptsAfterARoundThatFailed() throws Exception {
        BrokenTicker ticker = new BrokenTicker("listener");
        Listener listener = open(ticker);
        ticker.left.set(2);
        try (RawClient unlucky = new RawClient(listener.port())) {
            ticker.thrown.await();
            assertThat(unlucky.isClosed()).isTrue();
        }
        try (RawClient next = new RawClient(listener.port())) {
            assertThat(next.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").answer().status()).isEqualTo(200);
        } finally {
            listener.close(Duration.ZERO);
        }
    }
}
