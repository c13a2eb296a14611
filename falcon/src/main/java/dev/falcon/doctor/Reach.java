package dev.falcon.doctor;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How far one comes towards a server: its name, its addresses, its port.
 *
 * @param host as it is set
 * @param addresses what the name resolved to, in numbers
 * @param detail what happened, for people
 */
record Reach(String host, int port, List<String> addresses, Outcome outcome, String detail) {

    /** Where the way ended. */
    enum Outcome {
        CONNECTED,
        UNKNOWN_NAME,
        RESOLVER_SILENT,
        REFUSED,
        SILENT,
        NO_WAY
    }

    /** Resolves and connects, trying each address, within the given time in all. */
    static Reach to(String host, int port, Duration patience, Ticker ticker) throws InterruptedException {
        long start = ticker.nanos();
        FutureTask<InetAddress[]> resolving = new FutureTask<>(() -> InetAddress.getAllByName(host));
        // The resolver cannot be told how long to wait.
        Thread.ofPlatform().daemon().name("doctor-resolve").start(resolving);
        InetAddress[] found;
        try {
            found = resolving.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Reach(host, port, List.of(), Outcome.RESOLVER_SILENT,
                    "the name " + host + " was not resolved within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Reach(host, port, List.of(), Outcome.UNKNOWN_NAME, "the name " + host + " does not resolve"
                    + (e.getCause() instanceof UnknownHostException ? "" : ": " + e.getCause()));
        }
        List<String> addresses = Arrays.stream(found).map(InetAddress::getHostAddress).toList();
        Reach last = null;
        for (int i = 0; i < found.length; i++) {
            long leftMillis = patience.toMillis() - (ticker.nanos() - start) / 1_000_000;
            long share = Math.max(1, leftMillis / (found.length - i));
            last = connected(new Reach(host, port, addresses, Outcome.CONNECTED, ""), found[i], (int) share);
            if (last.outcome() == Outcome.CONNECTED) {
                return last;
            }
        }
        return last == null
                ? new Reach(host, port, addresses, Outcome.UNKNOWN_NAME, "the name " + host + " has no address")
                : last;
    }

    private static Reach connected(Reach reach, InetAddress address, int timeoutMillis) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, reach.port), timeoutMillis);
            return reach;
        } catch (SocketTimeoutException e) {
            return reach.ended(Outcome.SILENT, "no answer within " + timeoutMillis + " ms (timeout)");
        } catch (ConnectException e) {
            boolean refused = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("refused");
            return reach.ended(refused ? Outcome.REFUSED : Outcome.NO_WAY,
                    refused ? "the connection was refused" : String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return reach.ended(Outcome.NO_WAY, String.valueOf(e.getMessage()));
        }
    }

    private Reach ended(Outcome how, String what) {
        return new Reach(host, port, addresses, how, place() + ": " + what);
    }

    /** Name, addresses and port, as they belong into a sentence. */
    String place() {
        String numbers = String.join(", ", addresses);
        return numbers.isEmpty() || numbers.equals(host) ? host + ":" + port : host + " (" + numbers + ") port " + port;
    }

    /**
     * What keeps from the server, and what to do about it.
     *
     * @param name of the check
     * @param settings prefix of the settings that name the server, such as {@code REDIS}
     */
    Finding fault(String name, String settings) {
        return Finding.fault(name, detail, switch (outcome) {
            case UNKNOWN_NAME ->
                    "check " + settings + "_HOST; in a container, whether it is in the same network: getent hosts "
                            + host;
            case RESOLVER_SILENT -> "the name server does not answer: check /etc/resolv.conf, or set " + settings
                    + "_HOST to an address";
            case REFUSED -> "nothing listens there: start the server, or check " + settings + "_HOST and " + settings
                    + "_PORT and the address it binds to";
            case SILENT -> "a firewall or a dead machine swallows the packets: check the way to " + host
                    + " and whether it is up";
            case NO_WAY -> "check the network between here and " + host;
            case CONNECTED -> "";
        });
    }
}
