package dev.falcon.testing;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A PostgreSQL 17 of one test's own, on a free port with its data in a temporary folder: it can be stopped, killed,
 * paused and started again, and is gone without a trace when closed. The database {@value #DATABASE} belongs to the user
 * {@value #USER}, who needs a password; {@code postgres} needs none. Used by one thread at a time.
 */
public final class RealPostgres implements AutoCloseable {

    public static final String DATABASE = "falcon_inference";
    public static final String USER = "falcon";
    public static final String PASSWORD = "correct horse";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final String ACCESS = """
            local all all trust
            host all postgres 127.0.0.1/32 trust
            host all all 127.0.0.1/32 scram-sha-256
            """;

    private final Path folder;
    private final int port;
    private EmbeddedPostgres server;

    private RealPostgres(Path folder, int port) throws IOException {
        this.folder = folder;
        this.port = port;
        this.server = launch();
    }

    /** Starts a server with the database and the user in place; about two seconds. */
    public static RealPostgres start() {
        RealPostgres postgres = launched();
        try {
            postgres.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
            postgres.execute("CREATE DATABASE " + DATABASE + " OWNER " + USER);
            Files.writeString(postgres.data().resolve("pg_hba.conf"), ACCESS);
            postgres.execute("SELECT pg_reload_conf()");
            return postgres;
        } catch (IOException e) {
            postgres.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            postgres.close();
            throw e;
        }
    }

    private static RealPostgres launched() {
        try {
            Path folder = Files.createTempDirectory("falcon-postgres");
            try {
                return new RealPostgres(folder, freePort());
            } catch (IOException | RuntimeException e) {
                delete(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port nobody listens on right now. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** Ends every process of the server at once, as a power cut does to it; returns when they are gone. */
    public void kill() {
        List<ProcessHandle> processes = processes();
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(RealPostgres::awaitEnd);
        try {
            // It names a process that is no more: a zombie, or soon another's.
            Files.deleteIfExists(data().resolve("postmaster.pid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops in good order, with open connections cut. */
    public void stop() {
        close(server);
    }

    /** Starts again after {@link #kill()} or {@link #stop()}, on the same port and data; returns when it answers. */
    public void restart() {
        try {
            close(server);
            server = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Freezes every process: connections stay open and nothing answers. */
    public void pause() {
        signal("-STOP");
    }

    /** Ends {@link #pause()}. */
    public void resume() {
        signal("-CONT");
    }

    /** A connection of the superuser to {@value #DATABASE}. */
    public Connection connect() throws SQLException {
        return connect(DATABASE);
    }

    /** Runs one statement as the superuser, outside of {@value #DATABASE} and of any transaction. */
    public void execute(String sql) {
        run("postgres", sql);
    }

    /** Runs one statement as the superuser in {@value #DATABASE}. */
    public void executeInDatabase(String sql) {
        run(DATABASE, sql);
    }

    /** The first column of every row of a query in {@value #DATABASE}, as text. */
    public List<String> query(String sql) {
        try (Connection connection = connect(); Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(String.valueOf(rows.getString(1)));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    public void close() {
        if (server.getProcess() != null) {
            resume();
        }
        close(server);
        kill();
        try {
            delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private EmbeddedPostgres launch() throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(data())
                .setCleanDataDirectory(false)
                .setPGStartupWait(START_TIMEOUT)
                .setServerConfig("max_connections", "50")
                // Off by the embedded server's default, which makes a kill lose what was committed.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("listen_addresses", "127.0.0.1")
                // A socket file would outlive a kill, and its lock keep the next start out.
                .setServerConfig("unix_socket_directories", "")
                .setLocaleConfig("locale", "C")
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host() + ":" + port + "/" + database + "?user=postgres&connectTimeout=10");
    }

    private void run(String database, String sql) {
        try (Connection connection = connect(database); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** The postmaster first, then its children; empty where it is not running. */
    private List<ProcessHandle> processes() {
        try {
            Path pidFile = data().resolve("postmaster.pid");
            if (!Files.exists(pidFile)) {
                return List.of();
            }
            long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().trim());
            return ProcessHandle.of(pid).map(RealPostgres::family).orElse(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ProcessHandle> family(ProcessHandle postmaster) {
        List<ProcessHandle> family = new ArrayList<>();
        family.add(postmaster);
        postmaster.descendants().forEach(family::add);
        return family;
    }

    private void signal(String signal) {
        String pids = processes().stream().map(process -> " " + process.pid()).collect(Collectors.joining());
        if (!pids.isEmpty()) {
            // The shell's own kill: not every machine has the program. A process may have ended in between.
            runCommand(List.of("sh", "-c", "kill " + signal + pids));
        }
    }

    private static void runCommand(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void awaitEnd(ProcessHandle process) {
        await("the end of " + process.pid()).atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !process.isAlive() || isZombie(process));
    }

    /** Ended, but its parent does not ask for its status, as the first process of a container may not. */
    private static boolean isZombie(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            // Gone in between, or not Linux: isAlive() tells.
            return false;
        }
    }

    private static void close(EmbeddedPostgres server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
