package dev.falcon.proving.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.proving.load.Ending;
import org.junit.jupiter.api.Test;

final class WatchesTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nServer-Timing: admission;dur=0.004, tokenize;dur=0.031, "
            + "model;dur=5.250, total;dur=5.400\r\nContent-Length: 2\r\n\r\n";

    @Test
    void readsTheTimesThatAnAnswerTells() {
        assertThat(Added.millis(HEAD, "tokenize")).isEqualTo(0.031);
        assertThat(Added.millis(HEAD, "model")).isEqualTo(5.25);
        assertThat(Added.millis(HEAD, "total")).isEqualTo(5.4);
    }

    @Test
    void anAnswerThatTellsNoSuchTimeIsNoMeasurement() {
        assertThatThrownBy(() -> Added.millis(HEAD, "queue")).hasMessageContaining("no time of queue");
        assertThatThrownBy(() -> Added.millis("HTTP/1.1 200 OK\r\n\r\n", "model")).hasMessageContaining("model");
    }

    @Test
    void theLeastServedIsComparedWithTheMeanOfAll() throws InterruptedException {
        Shares shares = new Shares(2);
        answered(shares, 3, 200);
        answered(shares, 1, 200);

        assertThat(shares.least()).isEqualTo(0.5);
    }

    @Test
    void aConnectionThatWasNeverAnsweredHasNoShare() throws InterruptedException {
        Shares shares = new Shares(2);
        answered(shares, 3, 200);
        answered(shares, 3, 503);

        assertThat(shares.least()).isZero();
    }

    @Test
    void readsProcessorsAsLinuxListsThem() {
        assertThat(Pinning.processors("\t0-2,5\n")).containsExactly(0, 1, 2, 5);
        assertThat(Pinning.processors("3")).containsExactly(3);
    }

    private static void answered(Shares shares, int times, int status) throws InterruptedException {
        Thread connection = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < times; i++) {
                shares.ended(new Ending(i, 0, 0, 1, status, null), null);
            }
        });
        connection.join();
    }
}
