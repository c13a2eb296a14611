package dev.falcon.testing;

import dev.falcon.inference.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server of its own process on a free loopback port, from the embedded-redis artifact (Redis 6.2: 6.2.11 on
 * linux-amd64). It keeps its port over {@link #kill()} and {@link #start()}, never writes to disk, and is gone after
 * {@link #close()}. For use by one thread at a time.
 */
public final class RealRedis implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
    private static final int START_ATTEMPTS = 5;

    /** The executable, unpacked once for all tests of this JVM. */
    private static final class Binary {
        static final Path FOLDER = newFolder();
        static final Path PATH = unpack();

        private static Path newFolder() {
            try {
                Path folder = Files.createTempDirectory("falcon-redis");
                folder.toFile().deleteOnExit();
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Path unpack() {
            try {
                Path file = ExecutableProvider.newJarResourceProvider(FOLDER.toFile()).get().toPath();
                file.toFile().deleteOnExit();
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final List<String> arguments;
    private final Thread atExit = new Thread(this::destroy, "redis-at-exit");
    private int port;
    private @Nullable String password;
    private @Nullable Process process;

    private RealRedis(List<String> arguments) {
        this.arguments = arguments;
        this.port = freePort();
        int at = arguments.indexOf("--requirepass");
        this.password = at < 0 ? null : arguments.get(at + 1);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * A running server.
     *
     * @param arguments further options as on the command line, such as {@code "--maxmemory", "3mb"}
     */
    public static RealRedis started(String... arguments) {
        RealRedis redis = absent(arguments);
        for (int attempt = 1;; attempt++) {
            try {
                redis.start();
                return redis;
            } catch (IllegalStateException e) {
                // Another process may have taken the free port in between.
                redis.port = freePort();
                if (attempt == START_ATTEMPTS) {
                    redis.close();
                    throw e;
                }
            }
        }
    }

    /** A server that is not there yet; its port is chosen and refuses connections until {@link #start()}. */
    public static RealRedis absent(String... arguments) {
        return new RealRedis(List.of(arguments));
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** Starts the process, empty, and returns once it answers. */
    public void start() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("already running");
        }
        List<String> command = new ArrayList<>(List.of(Binary.PATH.toString(), "--port", Integer.toString(port),
                "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir",
                Binary.FOLDER.toString(), "--repl-diskless-sync", "yes", "--repl-diskless-load", "swapdb"));
        command.addAll(arguments);
        try {
            Process started = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process = started;
            awaitAnswer(started);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the process as {@code kill -9} does and waits until it is gone. Its content is lost. */
    public void kill() {
        destroy();
    }

    /** Stops the process where it is (SIGSTOP): connections stay open and nothing answers. */
    public void pause() {
        signal("STOP");
    }

    /** Lets a paused process go on (SIGCONT). */
    public void resume() {
        signal("CONT");
    }

    /** The password that {@link #command} uses from now on, after the server's own was changed. */
    public void usePassword(@Nullable String changed) {
        password = changed;
    }

    /**
     * Sends one command on a connection of its own and returns the reply as text: the value, or the error with a leading
     * {@code -}; array elements one a line.
     */
    public String command(String... words) {
        try (RespConnection connection = new RespConnection(port)) {
            String secret = password;
            if (secret != null) {
                connection.call("AUTH", secret);
            }
            return connection.call(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One field of {@code INFO}, such as {@code redis_version}. */
    public String info(String field) {
        for (String line : command("INFO").lines().toList()) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        throw new IllegalArgumentException("INFO has no field " + field);
    }

    @Override
    public void close() {
        destroy();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway.
            return;
        }
    }

    private void destroy() {
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        try {
            running.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitAnswer(Process started) {
        long start = Ticker.system().nanos();
        while (started.isAlive() && Ticker.system().nanos() - start < START_TIMEOUT.toNanos()) {
            try {
                // Its own process id: another test's server may have taken the port in between, and answer.
                if (command("INFO", "server").contains("process_id:" + started.pid() + "\r")) {
                    return;
                }
            } catch (UncheckedIOException e) {
                Thread.onSpinWait();
            }
        }
        started.destroyForcibly();
        throw new IllegalStateException("redis-server did not answer on port " + port);
    }

    private void signal(String name) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("not running");
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + running.pid()).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
