package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Answers with the length of the body, or with what was wrong with it. */
    private static void echo(Exchange exchange) {
        exchange.answer(switch (exchange.body()) {
            case RequestBody.Whole whole -> OpenPort.text(200, "" + whole.bytes().length);
            case RequestBody.Unreadable unreadable -> OpenPort.text(400, unreadable.failure().code().wireName());
        });
    }

    @Test
    void aRequestIsAnsweredAndTheConnectionIsUsedAgain() throws Exception {
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL, ListenerTest::echo);
                RawClient client = port.client()) {
            for (int i = 0; i < 3; i++) {
                RawClient.RawAnswer answer = client
                        .send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                        .answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("5");
                assertThat(answer.header("Connection")).isNull();
            }
        }
    }

    @Test
    void aTakenPortIsSaidWithTheWayToItsHolder() {
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL, ListenerTest::echo)) {
            assertThatThrownBy(() -> open("127.0.0.1", port.port())).isInstanceOf(CannotListen.class)
                    .matches(e -> ((CannotListen) e).isPortTaken())
                    .hasMessageContaining("127.0.0.1:" + port.port())
                    .hasMessageContaining("ss -ltnp 'sport = :" + port.port() + "'");
        }
    }

    @Test
    void anAddressThatIsNotOursIsSaid() {
        assertThatThrownBy(() -> open("no-such-host.invalid", 0)).isInstanceOf(CannotListen.class)
                .matches(e -> !((CannotListen) e).isPortTaken())
                .hasMessageContaining("HOST=no-such-host.invalid");
        assertThatThrownBy(() -> open("192.0.2.1", 0)).isInstanceOf(CannotListen.class)
                .matches(e -> !((CannotListen) e).isPortTaken())
                .hasMessageNotContaining("ss -ltnp")
                .hasMessageContaining("192.0.2.1");
    }

    private static void open(String host, int port) throws CannotListen {
        Listener.bind(OpenPort.settings(host, port, OpenPort.Bounds.USUAL)).close();
    }

    @Test
    void aBoundPortIsTakenBeforeItIsServedAndFreeOnceItIsClosed() throws Exception {
        BoundPort bound = Listener.bind(OpenPort.settings("127.0.0.1", 0, OpenPort.Bounds.USUAL));
        int number = bound.port();
        assertThatThrownBy(() -> open("127.0.0.1", number)).isInstanceOf(CannotListen.class);
        bound.close();
        bound.close();
        open("127.0.0.1", number);
    }

    @Test
    void idleConnectionsMakeRoomWhenThePortIsCrowded() throws Exception {
        List<RawClient> idle = new ArrayList<>();
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL.connections(16), ListenerTest::echo)) {
            for (int i = 0; i < 16; i++) {
                RawClient client = port.client();
                assertThat(client.send(GET).answer().status()).isEqualTo(200);
                idle.add(client);
            }
            try (RawClient late = port.client()) {
                assertThat(late.send(GET).answer().status()).isEqualTo(200);
            }
        } finally {
            for (RawClient client : idle) {
                client.leave();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /x HT", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"})
    void aProbeGetsInWhenClientsThatDoNothingHoldEveryPlace(String sent) throws Exception {
        List<RawClient> useless = new ArrayList<>();
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL.connections(8).readWithin(Duration.ofMinutes(5)),
                ListenerTest::echo)) {
            for (int i = 0; i < 8; i++) {
                useless.add(port.client().send(sent));
            }
            await().until(() -> port.listener().openConnections() == 8);
            try (RawClient probe = port.client()) {
                assertThat(probe.send(GET).answer().status()).isEqualTo(200);
            }
            assertThat(useless.getFirst().isClosed()).as("the oldest made room").isTrue();
            assertThat(scrape(port)).doesNotContain("reason=\"evicted\",worker_id=\"worker-test\"} 0.0");
        } finally {
            for (RawClient client : useless) {
                client.leave();
            }
        }
    }

    @Test
    void nobodyLosesAPlaceThatNobodyWants() throws Exception {
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL.connections(2), ListenerTest::echo);
                RawClient first = port.client(); RawClient second = port.client()) {
            assertThat(first.send(GET).answer().status()).isEqualTo(200);
            assertThat(second.send(GET).answer().status()).isEqualTo(200);
            await().during(Duration.ofMillis(500)).until(() -> port.listener().openConnections() == 2);
            assertThat(scrape(port)).contains("reason=\"evicted\",worker_id=\"worker-test\"} 0.0");
        }
    }

    @Test
    void connectionsAndCutsAreCounted() throws Exception {
        Duration bound = Duration.ofMillis(1500);
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL.readWithin(bound), ListenerTest::echo);
                RawClient silent = port.client(); RawClient headers = port.client(); RawClient body = port.client()) {
            headers.send("GET");
            body.send(GET.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n"));
            await().until(() -> scrape(port).contains("http_connections{worker_id=\"worker-test\"} 3.0"));
            for (RawClient client : List.of(silent, headers, body)) {
                while (!client.isClosed()) {
                    // What is left of the refusal.
                }
            }
            await().until(() -> scrape(port).contains("http_connections{worker_id=\"worker-test\"} 0.0"));
            assertThat(scrape(port)).contains("reason=\"silent\",worker_id=\"worker-test\"} 1.0")
                    .contains("reason=\"slow_headers\",worker_id=\"worker-test\"} 1.0")
                    .contains("reason=\"slow_body\",worker_id=\"worker-test\"} 1.0");
        }
    }

    private static String scrape(OpenPort port) {
        return new String(port.metrics().scrape(null).body(), StandardCharsets.UTF_8);
    }

    @Test
    void theLastAnswerIsNotLostToAClientThatSentMore() throws Exception {
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL, ListenerTest::echo);
                RawClient client = port.client()) {
            client.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + "x".repeat(200_000));
            assertThat(client.answer().status()).isEqualTo(200);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aFrontThatThrowsCostsItsConnectionAndNoMore() throws Exception {
        try (OpenPort port = new OpenPort(OpenPort.Bounds.USUAL, exchange -> {
            if (exchange.path().equals("/crash")) {
                throw new IllegalStateException("a defect");
            }
            echo(exchange);
        }); RawClient unlucky = port.client(); RawClient other = port.client()) {
            assertThat(unlucky.send(GET.replace("/x", "/crash")).isClosed()).isTrue();
            assertThat(other.send(GET).answer().status()).isEqualTo(200);
        }
    }
}
