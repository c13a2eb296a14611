package dev.falcon.proving.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LoadTest {

    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
    private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private HttpServer server;
    private Endpoint endpoint;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/infer", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        endpoint = new Endpoint(server.getAddress().getPort());
    }

    @AfterEach
    void stopServer() {
        gate.countDown();
        server.stop(0);
    }

    @Test
    void openLoopAsksAtItsRateAndEveryRequestOnce() throws InterruptedException {
        try (Load load = Load.start(endpoint, Load.Plan.open(4, 200), caller())) {
            await().until(() -> endings.size() >= 60);
            load.stop();

            assertThat(endings).hasSize((int) load.asked()).allMatch(Ending::ok);
            assertThat(endings).extracting(Ending::number).doesNotHaveDuplicates();
            assertThat(bodies).contains("{\"text\":\"number 7\"}");
            assertThat(endings).filteredOn(ending -> ending.number() == 59)
                    .allMatch(ending -> ending.sentNanos() - ending.dueNanos() >= 0);
        }
    }

    @Test
    void waitingForABusyConnectionCountsAsLatency() throws InterruptedException {
        gate = new CountDownLatch(1);
        try (Load load = Load.start(endpoint, Load.Plan.open(1, 100), caller())) {
            await().until(() -> load.asked() == 1);
            await().pollDelay(java.time.Duration.ofMillis(300)).until(() -> true);
            gate.countDown();
            await().until(() -> endings.size() >= 20);
            load.stop();

            assertThat(endings).filteredOn(ending -> ending.number() == 10)
                    .singleElement()
                    .satisfies(ending -> assertThat(ending.latencyNanos())
                            .isGreaterThan(2 * (ending.endedNanos() - ending.sentNanos())));
        }
    }

    @Test
    void aServerThatIsGoneGivesEndingsWithoutAnAnswer() throws InterruptedException {
        server.stop(0);
        try (Load load = Load.start(endpoint, Load.Plan.open(2, 100), caller())) {
            await().until(() -> endings.size() >= 5);
            load.stop();

            assertThat(endings).allMatch(ending -> ending.status() == 0 && ending.failure() != null);
        }
    }

    @Test
    void closedLoopKeepsEveryConnectionBusy() throws InterruptedException {
        try (Load load = Load.start(endpoint, Load.Plan.closed(3), caller())) {
            await().until(() -> endings.size() >= 300);
            load.stop();

            assertThat(endings).hasSize((int) load.asked());
        }
    }

    private Caller caller() {
        return new Caller() {
            @Override
            public byte[] request(long number) {
                return endpoint.infer("number " + number, "");
            }

            @Override
            public void ended(Ending ending, Wire.@Nullable Reply reply) {
                endings.add(ending);
                if (reply != null) {
                    bodies.add(reply.body());
                }
            }
        };
    }
}
