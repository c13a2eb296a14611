package dev.falcon.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback that breaks the way to a server while a test runs. Each fault is in force, for open and for
 * new connections, when its method returns. At most {@value #MAX_CONNECTIONS} connections of two virtual threads each;
 * further ones are reset. Safe for use by several threads.
 */
public final class FaultProxy implements AutoCloseable {

    static final int MAX_CONNECTIONS = 256;
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int CONNECT_TIMEOUT_MILLIS = 2000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** What happens to the bytes of a connection. */
    private record Fault(boolean held, long latencyNanos, long bytesPerSecond) {
        static final Fault NONE = new Fault(false, 0, Long.MAX_VALUE);
    }

    private final int targetPort;
    private final int port;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private Fault fault = Fault.NONE;
    private boolean resetting;
    private boolean closed;
    private @Nullable ServerSocket listening;
    private @Nullable Thread acceptor;

    private FaultProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.port = listen(0);
    }

    /** A proxy that passes everything on to this port of the loopback. */
    public static FaultProxy to(int targetPort) {
        try {
            return new FaultProxy(targetPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** How many connections were accepted since the start. */
    public int accepted() {
        return accepted.get();
    }

    /** Passes bytes at once. Bytes that were held are delivered. */
    public void pass() {
        become(Fault.NONE, false, true);
    }

    /** Holds every chunk of bytes this long, in each direction. */
    public void latency(Duration each) {
        become(new Fault(false, each.toNanos(), Long.MAX_VALUE), false, true);
    }

    /** Lets at most this many bytes a second through a connection, in each direction. */
    public void rate(long bytesPerSecond) {
        become(new Fault(false, 0, bytesPerSecond), false, true);
    }

    /** Accepts connections and bytes, delivers none: neither an answer nor an end. */
    public void blackhole() {
        become(new Fault(true, 0, Long.MAX_VALUE), false, true);
    }

    /** Resets every open connection, and every new one as soon as it is accepted. */
    public void reset() {
        become(Fault.NONE, true, true);
        resetOpen();
    }

    /** Resets every open connection and listens no more: new ones are refused. */
    public void refuse() {
        become(Fault.NONE, true, false);
        resetOpen();
    }

    /** Resets every open connection once; new ones pass. */
    public void cut() {
        pass();
        resetOpen();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        become(Fault.NONE, true, false);
        resetOpen();
    }

    private void become(Fault next, boolean resets, boolean listens) {
        Thread ending = null;
        lock.lock();
        try {
            fault = next;
            resetting = resets;
            changed.signalAll();
            ServerSocket server = listening;
            if (listens && server == null && !closed) {
                listen(port);
            } else if (!listens && server != null) {
                server.close();
                listening = null;
                ending = acceptor;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
        awaitEnd(ending);
    }

    /** The port is closed only when the thread that waited on it has woken up: until then it lets connections in. */
    private static void awaitEnd(@Nullable Thread ending) {
        try {
            if (ending != null && !ending.join(CLOSE_TIMEOUT)) {
                throw new IllegalStateException("the proxy's port did not close");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int listen(int wanted) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
        listening = server;
        acceptor = Thread.ofVirtual().name("fault-proxy-accept").start(() -> accept(server));
        return server.getLocalPort();
    }

    private void accept(ServerSocket server) {
        while (true) {
            try {
                Socket client = server.accept();
                accepted.incrementAndGet();
                open.add(client);
                if (isResetting() || connections.get() >= MAX_CONNECTIONS) {
                    reset(client);
                } else {
                    connections.incrementAndGet();
                    Thread.ofVirtual().name("fault-proxy-up").start(() -> serve(client));
                }
            } catch (IOException e) {
                // Closed by refuse() or close(): this listener is done.
                return;
            }
        }
    }

    private void serve(Socket client) {
        Socket target = new Socket();
        open.add(target);
        try {
            hold(0);
            target.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort),
                    CONNECT_TIMEOUT_MILLIS);
            Thread down = Thread.ofVirtual().name("fault-proxy-down").start(() -> pump(target, client));
            pump(client, target);
            down.join();
        } catch (IOException e) {
            reset(client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reset(client);
            reset(target);
            connections.decrementAndGet();
        }
    }

    /** Moves bytes one way until either side ends; the end of one side is passed on, a reset as a reset. */
    private void pump(Socket from, Socket into) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            from.setTcpNoDelay(true);
            into.setTcpNoDelay(true);
            for (int count = from.getInputStream().read(chunk); count >= 0; count = from.getInputStream()
                    .read(chunk)) {
                hold(count);
                into.getOutputStream().write(chunk, 0, count);
            }
            hold(0);
            into.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(into);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Keeps the calling thread as long as the fault in force asks for a chunk of this size. */
    private void hold(int bytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (fault.held()) {
                changed.await();
            }
            Fault inForce = fault;
            long byRate = inForce.bytesPerSecond() == Long.MAX_VALUE
                    ? 0
                    : bytes * Duration.ofSeconds(1).toNanos() / inForce.bytesPerSecond();
            long left = Math.max(inForce.latencyNanos(), byRate);
            while (left > 0 && fault.equals(inForce)) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isResetting() {
        lock.lock();
        try {
            return resetting;
        } finally {
            lock.unlock();
        }
    }

    /** Those that are open now: one that comes meanwhile, in place of the first that went, is not meant. */
    private void resetOpen() {
        List.copyOf(open).forEach(this::reset);
    }

    private void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // The other side was quicker.
            open.remove(socket);
        }
        open.remove(socket);
    }
}
