package dev.falcon.proving.faults;

import dev.falcon.telemetry.Dependency;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All that is done to PostgreSQL. For use by one thread. */
final class PostgresFaults {

    private static final Duration LATENCY = Duration.ofMillis(700);
    private static final long SLOW_MILLIS = 1_000;
    private static final String DISK_FULL = "53100";
    /** Some ten megabytes of copies. */
    private static final String MANY_ROWS = "INSERT INTO inference_logs SELECT (jsonb_populate_record(log,"
            + " jsonb_build_object('id', gen_random_uuid()))).* FROM inference_logs log, generate_series(1, 50000) LIMIT 50000";

    private final RealPostgres postgres;
    private final FaultProxy proxy;
    private final SmallDisk disk;
    private final PostgresProbe probe;
    private @Nullable Connection locking;

    PostgresFaults(RealPostgres postgres, FaultProxy proxy, SmallDisk disk) {
        this.postgres = postgres;
        this.proxy = proxy;
        this.disk = disk;
        this.probe = new PostgresProbe(proxy.port());
    }

    /** Whether it takes a row at once. */
    boolean isSound() {
        Sight sight = probe.look();
        return sight.seen().equals(Sight.INSERTED) && sight.millis() < SLOW_MILLIS;
    }

    List<Fault> all() {
        return List.of(
                fault("PostgreSQL paused", postgres::pause, postgres::resume, sees(Sight.SILENCE)),
                fault("PostgreSQL killed", postgres::kill, postgres::restart, sees(Sight.LOST)),
                blackholed(),
                fault("PostgreSQL slowed", () -> proxy.latency(LATENCY), proxy::pass,
                        sight -> sight.millis() >= SLOW_MILLIS && !sight.seen().equals(Sight.LOST)),
                fault("PostgreSQL disk full", this::fillDisk, disk::free, sees("SQLSTATE " + DISK_FULL)),
                fault("PostgreSQL read-only", () -> readOnly("on"), () -> readOnly("off"), sees("SQLSTATE 25006")),
                fault("PostgreSQL locked", this::lock, this::unlock,
                        sight -> sight.seen().equals("SQLSTATE 55P03") && isLockHeld()));
    }

    /** The way to it swallows everything. */
    Fault blackholed() {
        return fault("PostgreSQL blackholed", proxy::blackhole, proxy::pass, sees(Sight.SILENCE));
    }

    private Fault fault(String name, Fault.Step begin, Fault.Step end, Predicate<Sight> isBroken) {
        return new Fault(name, Dependency.POSTGRES, true, begin, end, probe::look, isBroken);
    }

    private static Predicate<Sight> sees(String wanted) {
        return sight -> sight.seen().equals(wanted);
    }

    /**
     * Fills the disk, and then what the log's table took from it ahead of need: that is room for seconds of rows. The rows
     * are taken back by the failure itself, but not their room, as nothing is vacuumed.
     */
    private void fillDisk() throws IOException, SQLException {
        disk.fill();
        try (Connection connection = postgres.connect(); Statement statement = connection.createStatement()) {
            statement.execute(MANY_ROWS);
        } catch (SQLException e) {
            if (DISK_FULL.equals(e.getSQLState())) {
                return;
            }
            throw e;
        }
        throw new IOException("the log's table took many rows from a full disk");
    }

    /** For sessions that are open too. */
    private void readOnly(String on) {
        postgres.execute("ALTER SYSTEM SET default_transaction_read_only = " + on);
        postgres.execute("SELECT pg_reload_conf()");
    }

    private void lock() throws SQLException {
        Connection connection = postgres.connect();
        connection.setAutoCommit(false);
        locking = connection;
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE inference_logs IN ACCESS EXCLUSIVE MODE");
        }
    }

    private void unlock() throws SQLException {
        Connection connection = locking;
        if (connection != null) {
            connection.rollback();
            connection.close();
        }
    }

    private boolean isLockHeld() {
        return !postgres.query("SELECT 1 FROM pg_locks WHERE relation = 'inference_logs'::regclass AND granted"
                + " AND mode = 'AccessExclusiveLock'").isEmpty();
    }
}
