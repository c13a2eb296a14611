package dev.falcon.inferencelog;

import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.RealPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A PostgreSQL for one test class, without tables before each test; closes the sinks that a test opened. */
final class LogDatabase implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {

    /** Longer than any test's rows are old. */
    private static final int FOR_EVER = 36_500;

    private final List<LogSink> opened = new ArrayList<>();
    private @Nullable RealPostgres server;
    private Metrics metrics = new Metrics("worker-1", Ticker.system());

    @Override
    public void beforeAll(ExtensionContext context) {
        server = RealPostgres.start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Cleanup.close(server);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        empty();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        opened.forEach(LogSink::close);
        opened.clear();
    }

    RealPostgres server() {
        return Objects.requireNonNull(server);
    }

    /** Takes away all tables, ours and those of other tests. */
    void empty() {
        server().executeInDatabase("DROP SCHEMA IF EXISTS public CASCADE");
        server().executeInDatabase("CREATE SCHEMA public AUTHORIZATION falcon");
    }

    /** Settings of a log on this server. */
    LogSetup setup(Path folder) {
        return new LogSetup(folder).server(server().port());
    }

    /** A sink on this server that keeps everything; not connected yet. */
    PostgresSink sink(InstantSource clock) {
        return sink(clock, FOR_EVER);
    }

    /** A sink that keeps records for so many days. */
    PostgresSink sink(InstantSource clock, int retentionDays) {
        return sink(setup(Path.of("unused")).timeout(Duration.ofSeconds(10)), clock, retentionDays);
    }

    /** A sink of these settings. */
    PostgresSink sink(LogSetup setup, InstantSource clock, int retentionDays) {
        metrics = new Metrics("worker-1", Ticker.system());
        PostgresPool pool = new PostgresPool(setup.postgres(), "worker-1", metrics.database());
        PostgresSink sink = new PostgresSink(new PostgresCalls(pool, metrics.database(), Ticker.system()), clock,
                retentionDays);
        opened.add(sink);
        return sink;
    }

    /** The meters of the sink that was opened last. */
    Metrics metrics() {
        return metrics;
    }

    List<String> query(String sql) {
        return server().query(sql);
    }

    /** The names of all partitions, in order. */
    List<String> partitions() {
        return query("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inference_logs'::regclass "
                + "ORDER BY 1");
    }
}
