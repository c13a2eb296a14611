package dev.falcon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.inference.Ticker;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

    private ServerSocket echo;
    private FaultProxy proxy;

    @BeforeEach
    void startAnEcho() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!echo.isClosed()) {
                try {
                    Socket socket = echo.accept();
                    Thread.ofVirtual().start(() -> echo(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
        proxy = FaultProxy.to(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passesBytesBothWays() throws IOException {
        try (Socket socket = connect()) {
            assertThat(roundTrip(socket, 7)).isEqualTo(7);
        }
    }

    @Test
    void addsLatencyAndTakesItAway() throws IOException {
        try (Socket socket = connect()) {
            proxy.latency(Duration.ofMillis(100));
            long start = Ticker.system().nanos();
            roundTrip(socket, 1);
            assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isGreaterThan(Duration.ofMillis(190));
            proxy.latency(Duration.ofHours(1));
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> roundTrip(socket, 2)).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(5000);
            proxy.pass();
            assertThat(socket.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void limitsTheRate() throws IOException {
        try (Socket socket = connect()) {
            proxy.rate(1000);
            long start = Ticker.system().nanos();
            socket.getOutputStream().write(new byte[200]);
            socket.getInputStream().readNBytes(200);
            assertThat(Duration.ofNanos(Ticker.system().nanos() - start)).isGreaterThan(Duration.ofMillis(190));
        }
    }

    @Test
    void swallowsInABlackholeAndDeliversAfterwards() throws IOException {
        try (Socket before = connect()) {
            roundTrip(before, 1);
            proxy.blackhole();
            try (Socket during = connect()) {
                before.setSoTimeout(100);
                during.setSoTimeout(100);
                assertThatThrownBy(() -> roundTrip(before, 2)).isInstanceOf(SocketTimeoutException.class);
                assertThatThrownBy(() -> roundTrip(during, 3)).isInstanceOf(SocketTimeoutException.class);
                proxy.pass();
                before.setSoTimeout(5000);
                during.setSoTimeout(5000);
                assertThat(before.getInputStream().read()).isEqualTo(2);
                assertThat(during.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void resetsOpenAndNewConnections() throws IOException {
        try (Socket before = connect()) {
            roundTrip(before, 1);
            proxy.reset();
            assertThatThrownBy(() -> roundTrip(before, 2)).isInstanceOfAny(SocketException.class, EOFException.class);
            assertThatThrownBy(() -> {
                try (Socket during = connect()) {
                    roundTrip(during, 3);
                }
            }).isInstanceOfAny(SocketException.class, EOFException.class);
            proxy.pass();
            try (Socket after = connect()) {
                assertThat(roundTrip(after, 4)).isEqualTo(4);
            }
        }
    }

    @Test
    void refusesAndListensAgainOnItsPort() throws IOException {
        try (Socket before = connect()) {
            roundTrip(before, 1);
            proxy.refuse();
            assertThatThrownBy(() -> roundTrip(before, 2)).isInstanceOfAny(SocketException.class, EOFException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            proxy.pass();
            try (Socket after = connect()) {
                assertThat(roundTrip(after, 3)).isEqualTo(3);
            }
        }
    }

    @Test
    void isShutAsSoonAsItSaysSoHoweverOften() throws IOException {
        for (int i = 0; i < 200; i++) {
            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            proxy.pass();
            try (Socket after = connect()) {
                assertThat(roundTrip(after, 1)).isEqualTo(1);
            }
        }
    }

    @Test
    void closesWhatItOpened() throws IOException {
        try (Socket socket = connect()) {
            roundTrip(socket, 1);
            proxy.close();
            assertThatThrownBy(() -> roundTrip(socket, 2)).isInstanceOfAny(SocketException.class, EOFException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(proxy.host(), proxy.port());
        if (socket.getLocalPort() == socket.getPort()) {
            // TCP lets a client that was given the very port it calls call itself, if nobody listens there.
            socket.close();
            throw new ConnectException("reached nobody but itself");
        }
        socket.setSoTimeout(5000);
        return socket;
    }

    private static int roundTrip(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        int answer = socket.getInputStream().read();
        if (answer < 0) {
            throw new EOFException();
        }
        return answer;
    }

    private static void echo(Socket accepted) {
        try (Socket socket = accepted) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // The proxy reset the connection: what several tests ask of it.
            return;
        }
    }
}
