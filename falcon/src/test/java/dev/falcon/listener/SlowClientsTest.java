package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.inference.Ticker;
import dev.falcon.listener.OpenPort.Bounds;
import dev.falcon.listener.RawClient.RawAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Clients that hold a connection without using it, seen from their own end of a real socket. */
class SlowClientsTest {

    private static final Duration READ = Duration.ofMillis(2500);
    /** The bound, the sweep, and what a busy machine adds. */
    private static final Duration AT_MOST = READ.plusSeconds(8);
    private static final String WHOLE = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";

    private final Ticker ticker = Ticker.system();

    private static void echo(Exchange exchange) {
        exchange.answer(switch (exchange.body()) {
            case RequestBody.Whole whole -> OpenPort.text(200, "" + whole.bytes().length);
            case RequestBody.Unreadable unreadable -> OpenPort.text(408, unreadable.failure().code().wireName());
        });
    }

    /** A port that has answered once, so that no class is loaded within a bound. */
    private OpenPort port() throws IOException {
        OpenPort port = new OpenPort(Bounds.USUAL.readWithin(READ), SlowClientsTest::echo);
        try (RawClient first = port.client()) {
            assertThat(first.send(WHOLE).answer().status()).isEqualTo(200);
        }
        await().until(() -> port.listener().openConnections() == 0);
        return port;
    }

    private Duration since(long startNanos) {
        return Duration.ofNanos(ticker.nanos() - startNanos);
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        try (OpenPort port = port(); RawClient client = port.client()) {
            long start = ticker.nanos();
            assertThat(client.isClosed()).isTrue();
            assertThat(since(start)).isBetween(READ.minusMillis(100), AT_MOST);
        }
    }

    @Test
    void halfAHeaderIsRefusedAndTheConnectionClosed() throws Exception {
        try (OpenPort port = port(); RawClient client = port.client()) {
            long start = ticker.nanos();
            RawAnswer answer = client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Le").answer();
            assertThat(since(start)).isBetween(READ.minusMillis(100), AT_MOST);
            assertThat(answer.body()).isEqualTo("client_too_slow");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void halfABodyIsRefusedByTheHandlerAndTheConnectionClosed() throws Exception {
        try (OpenPort port = port(); RawClient client = port.client()) {
            long start = ticker.nanos();
            RawAnswer answer = client.send(WHOLE.substring(0, WHOLE.length() - 2)).answer();
            assertThat(since(start)).isBetween(READ.minusMillis(100), AT_MOST);
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).isEqualTo("client_too_slow");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aDripOfBytesDoesNotBuyTime() throws Exception {
        try (OpenPort port = port(); RawClient client = port.client()) {
            long start = ticker.nanos();
            String slow = "POST /x HTTP/1.1\r\nHost: a\r\nX-Padding: " + "p".repeat(1000);
            AtomicReference<IOException> refused = new AtomicReference<>();
            Thread drip = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < slow.length(); i++) {
                        client.send(slow.substring(i, i + 1));
                        ticker.sleep(Duration.ofMillis(50));
                    }
                } catch (IOException e) {
                    refused.set(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(client.answer().body()).isEqualTo("client_too_slow");
            assertThat(since(start)).isBetween(READ.minusMillis(100), AT_MOST);
            await().until(() -> refused.get() != null);
            drip.join();
        }
    }

    @Test
    void halfAPipelinedRequestHasTheSameBound() throws Exception {
        try (OpenPort port = port(); RawClient client = port.client()) {
            client.send(WHOLE + WHOLE.substring(0, 20));
            assertThat(client.answer().status()).isEqualTo(200);
            long start = ticker.nanos();
            assertThat(client.answer().body()).isEqualTo("client_too_slow");
            assertThat(since(start)).isLessThan(AT_MOST);
        }
    }

    @Test
    void anIdleConnectionIsClosedAfterItsOwnBound() throws Exception {
        Bounds bounds = Bounds.USUAL.readWithin(Duration.ofSeconds(60)).idleWithin(READ);
        try (OpenPort port = new OpenPort(bounds, SlowClientsTest::echo); RawClient client = port.client()) {
            assertThat(client.send(WHOLE).answer().status()).isEqualTo(200);
            long start = ticker.nanos();
            assertThat(client.isClosed()).isTrue();
            assertThat(since(start)).isBetween(READ.minusMillis(100), AT_MOST);
        }
    }

    @Test
    void aSlowHandlerIsNotTheClientsFault() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Bounds bounds = Bounds.USUAL.readWithin(Duration.ofSeconds(1)).idleWithin(Duration.ofSeconds(1));
        try (OpenPort port = new OpenPort(bounds, exchange -> {
            exchange.body();
            awaitUninterruptibly(release);
            exchange.answer(OpenPort.text(200, "late"));
        }); RawClient client = port.client()) {
            client.send(WHOLE);
            await().during(Duration.ofSeconds(3)).until(() -> port.listener().openConnections() == 1);
            release.countDown();
            assertThat(client.answer().body()).isEqualTo("late");
        }
    }

    @Test
    void aClientThatNeverReadsItsAnswerIsClosed() throws Exception {
        byte[] page = new byte[8 * 1024 * 1024];
        try (OpenPort port = new OpenPort(Bounds.USUAL.readWithin(READ),
                exchange -> exchange.answer(new Reply(200, OpenPort.TEXT, page)));
                RawClient client = new RawClient(port.port(), 4096)) {
            client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> port.listener().openConnections() == 1);
            await().atMost(AT_MOST).until(() -> port.listener().openConnections() == 0);
        }
    }

    @Test
    void anEndlessChunkLengthIsBounded() throws Exception {
        Bounds bounds = new Bounds(Duration.ofSeconds(10), Duration.ofSeconds(75), 16, 1024);
        try (OpenPort port = new OpenPort(bounds, SlowClientsTest::echo); RawClient client = port.client()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            Thread flood = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        client.send("0".repeat(4096));
                    }
                } catch (IOException e) {
                    // The server has had enough.
                }
            });
            assertThat(client.answer().body()).isEqualTo("body_too_large");
            flood.join();
        }
    }

    @Test
    void threeHundredSlowClientsOfAllKindsHarmNobodyElse() throws Exception {
        try (OpenPort port = port(); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> slow = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                String partial = switch (i % 4) {
                    case 0 -> "";
                    case 1 -> "POST /x HT";
                    case 2 -> "POST /x HTTP/1.1\r\nHost: a\r\nX-Half: ";
                    default -> WHOLE.substring(0, WHOLE.length() - 1);
                };
                boolean drips = i % 8 >= 4;
                slow.add(threads.submit(() -> heldOff(port, partial, drips)));
            }
            await().until(() -> port.listener().openConnections() >= 200);
            List<Duration> normal = new ArrayList<>();
            while (slow.stream().anyMatch(client -> !client.isDone())) {
                try (RawClient client = port.client()) {
                    long start = ticker.nanos();
                    assertThat(client.send(WHOLE).answer().status()).isEqualTo(200);
                    normal.add(since(start));
                }
            }
            for (Future<Boolean> client : slow) {
                assertThat(client.get()).isTrue();
            }
            normal.sort(null);
            assertThat(normal).hasSizeGreaterThan(5);
            assertThat(normal.get(normal.size() / 2)).isLessThan(Duration.ofSeconds(1));
            assertThat(normal.getLast()).isLessThan(Duration.ofSeconds(8));
            await().until(() -> port.listener().openConnections() == 0);
        }
    }

    /** Whether a client that sends this much, and perhaps a byte now and then, is rid of in time. */
    private boolean heldOff(OpenPort port, String partial, boolean drips) throws Exception {
        long start = ticker.nanos();
        try (RawClient client = port.client()) {
            client.send(partial);
            if (drips && !partial.endsWith("l")) {
                Thread.startVirtualThread(() -> {
                    try {
                        while (true) {
                            ticker.sleep(Duration.ofMillis(100));
                            client.send("p");
                        }
                    } catch (IOException | InterruptedException e) {
                        // Cut off.
                    }
                });
            }
            boolean closed = client.isClosed();
            while (!closed) {
                closed = client.isClosed();
            }
            return since(start).compareTo(AT_MOST.plusSeconds(2)) < 0;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
