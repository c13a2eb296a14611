package dev.falcon.proving.faults;

import dev.falcon.inference.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Sees what a worker would see of Redis, on a connection of its own for each command. */
final class RedisProbe {

    private static final int TIMEOUT_MILLIS = 1_500;
    private static final String SET = "SET proving:probe 1 PX 60000";

    private final int port;

    RedisProbe(int port) {
        this.port = port;
    }

    /** Reads and writes. */
    Sight look() {
        Sight write = ask(SET);
        return write.seen().startsWith("+") ? write
                : new Sight(write.seen() + "; PING: " + ask("PING").seen(),
                        write.millis());
    }

    /** The first line of the answer to one command in the inline form. */
    private Sight ask(String command) {
        long start = Ticker.system().nanos();
        String seen;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            seen = line == null ? Sight.LOST : line;
        } catch (SocketTimeoutException e) {
            seen = Sight.SILENCE;
        } catch (IOException e) {
            seen = Sight.LOST;
        }
        return new Sight(seen, (Ticker.system().nanos() - start) / 1_000_000);
    }
}
