package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListenerTest {

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
}
