package dev.falcon.inferencelog;

import dev.falcon.config.Password;
import dev.falcon.config.Secret;
import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.RealPostgres;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Settings for a log under test, with short times; changed one by one before it is opened. Used by one thread. */
final class LogSetup {

    static final Duration OPERATION_TIMEOUT = Duration.ofSeconds(1);

    private final Path folder;
    private final Ticker ticker = Ticker.system();
    private InstantSource clock = Clock.systemUTC();
    private Metrics metrics = new Metrics("worker-1", Ticker.system());
    private String workerId = "worker-1";
    private @Nullable String host;
    private int port;
    private String database = RealPostgres.DATABASE;
    private Password password = new Password(new Secret(RealPostgres.PASSWORD), null);
    private int capacity = 1000;
    private int spoolMb = 64;
    private int retentionDays = 30;
    private boolean text;
    private boolean enabled = true;
    private Duration timeout = OPERATION_TIMEOUT;

    LogSetup(Path folder) {
        this.folder = folder;
    }

    LogSetup server(int serverPort) {
        host = "127.0.0.1";
        port = serverPort;
        return this;
    }

    LogSetup database(String name) {
        database = name;
        return this;
    }

    LogSetup passwordFile(Path file) {
        password = new Password(null, file);
        return this;
    }

    LogSetup capacity(int records) {
        capacity = records;
        return this;
    }

    LogSetup workerId(String name) {
        workerId = name;
        return this;
    }

    LogSetup clock(InstantSource source) {
        clock = source;
        return this;
    }

    LogSetup retentionDays(int days) {
        retentionDays = days;
        return this;
    }

    LogSetup spoolMb(int megabytes) {
        spoolMb = megabytes;
        return this;
    }

    LogSetup timeout(Duration operation) {
        timeout = operation;
        return this;
    }

    LogSetup text(boolean kept) {
        text = kept;
        return this;
    }

    LogSetup enabled(boolean on) {
        enabled = on;
        return this;
    }

    Metrics metrics() {
        return metrics;
    }

    Settings.Postgres postgres() {
        return new Settings.Postgres(host, port, database, RealPostgres.USER, password, 4, timeout);
    }

    /** Opens a log as a worker does; each with metrics of its own. */
    InferenceLog open() throws SpoolUnavailable {
        metrics = new Metrics(workerId, ticker);
        Settings.InferenceLog log =
                new Settings.InferenceLog(enabled, folder.resolve("inference.db"), 64, retentionDays, text,
                        capacity,
                        folder.resolve("spool"), spoolMb);
        return InferenceLog.open(
                new InferenceLog.Setup(workerId, log, postgres(),
                        new Settings.Breaker(3, Duration.ofMillis(300), 1),
                        new Settings.Retry(3, Duration.ofMillis(20), Duration.ofMillis(100))),
                metrics, new InferenceLog.Clocks(ticker, clock));
    }

    static FlushReport close(InferenceLog log) throws InterruptedException {
        return log.close(Deadline.after(Duration.ofSeconds(10), Ticker.system()));
    }
}
