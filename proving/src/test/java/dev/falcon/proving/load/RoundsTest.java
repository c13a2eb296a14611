package dev.falcon.proving.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RoundsTest {

    private final List<Ending> endings = new ArrayList<>();
    private ServerSocket server;

    /** Pieces of an answer, each sent by itself. */
    private volatile List<String> pieces = List.of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");

    @BeforeEach
    void startServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> answer(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    @Test
    void everyConnectionAsksAgainOnceItIsAnsweredAndNothingIsLeftOpen() throws IOException {
        ask(3, Duration.ofMillis(200));

        assertThat(endings).hasSizeGreaterThan(3).allMatch(Ending::ok);
        assertThat(endings).extracting(Ending::number)
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, endings.size()).boxed().toList());
    }

    @Test
    void eachConnectionIsAnsweredThoughTheTimeIsOver() throws IOException {
        ask(3, Duration.ZERO);

        assertThat(endings).hasSize(3);
    }

    @Test
    void anAnswerThatComesInPiecesIsOne() throws IOException {
        pieces = List.of("HTTP/1.1 200 OK\r\ncontent-len", "gth: 5\r\n\r", "\nhel", "lo");
        ask(1, Duration.ZERO);

        assertThat(endings).singleElement().matches(Ending::ok);
    }

    @Test
    void otherStatusesAreToldAsTheyAre() throws IOException {
        pieces = List.of("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        ask(1, Duration.ZERO);

        assertThat(endings).singleElement().extracting(Ending::status).isEqualTo(503);
    }

    @Test
    void aServerThatClosesEndsIt() {
        pieces = List.of();

        assertThatThrownBy(() -> ask(1, Duration.ZERO)).isInstanceOf(EOFException.class);
    }

    private void ask(int connections, Duration duration) throws IOException {
        Endpoint endpoint = new Endpoint(server.getLocalPort());
        Rounds.ask(endpoint, connections, new Caller() {
            @Override
            public byte[] request(long number) {
                return endpoint.get("/" + number);
            }

            @Override
            public void ended(Ending ending, Wire.@Nullable Reply reply) {
                endings.add(ending);
            }
        }, duration);
    }

    private void answer(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            byte[] request = new byte[4096];
            while (socket.getInputStream().read(request) > 0 && !pieces.isEmpty()) {
                for (String piece : pieces) {
                    out.write(piece.getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The load is over.
            return;
        }
    }
}
