package dev.falcon.proving.load;

import dev.falcon.inference.Ticker;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A closed loop over many connections by one thread that waits for all of them at once. A request costs it less than half
 * of what it costs {@link Load}, so a core of it keeps a core of any server busy. Used by one thread, for one call.
 */
public final class Rounds implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 10_000;

    private final Caller caller;
    private final Ticker ticker = Ticker.system();
    private final Selector selector;
    private long next;
    private long endNanos;
    private int open;

    private Rounds(Caller caller) throws IOException {
        this.caller = caller;
        this.selector = Selector.open();
    }

    /**
     * Asks for this long, and returns when all that was asked is answered. Throws where a connection ends, or where nothing
     * is heard from any of them for 10 seconds.
     *
     * @param caller hears of each answer, without its text
     */
    public static void ask(Endpoint endpoint, int connections, Caller caller, Duration duration) throws IOException {
        try (Rounds rounds = new Rounds(caller)) {
            rounds.run(endpoint, connections, duration);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void run(Endpoint endpoint, int connections, Duration duration) throws IOException {
        endNanos = ticker.nanos() + duration.toNanos();
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open();
            Connection connection = new Connection(channel);
            channel.connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, connection);
            open++;
            connection.ask();
        }
        while (open > 0) {
            if (selector.select(key -> ((Connection) key.attachment()).readable(), PATIENCE_MILLIS) == 0) {
                throw new IOException("no answer on any of " + open + " connections for " + PATIENCE_MILLIS + " ms");
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    /** One of them, which waits for an answer. */
    private final class Connection {

        private final SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(16_384);
        private long number;
        private long sentNanos;

        private Connection(SocketChannel channel) {
            this.channel = channel;
        }

        private void ask() throws IOException {
            number = next++;
            ByteBuffer request = ByteBuffer.wrap(caller.request(number));
            answer.clear();
            sentNanos = ticker.nanos();
            while (request.hasRemaining()) {
                channel.write(request);
            }
        }

        private void readable() {
            try {
                if (channel.read(answer) < 0) {
                    throw new EOFException("closed within a load");
                }
                if (isWhole()) {
                    long now = ticker.nanos();
                    caller.ended(
                            new Ending(number, sentNanos, sentNanos, now, AnswerBytes.status(answer.array()), null),
                            null);
                    if (endNanos - now > 0) {
                        ask();
                    } else {
                        open--;
                        channel.close();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private boolean isWhole() throws IOException {
            int head = AnswerBytes.endOfHead(answer.array(), 0, answer.position());
            if (head >= 0 && answer.position() >= head + AnswerBytes.length(answer.array(), head)) {
                return true;
            }
            if (!answer.hasRemaining()) {
                throw new IOException("an answer of more than " + answer.capacity() + " bytes");
            }
            return false;
        }
    }
}
