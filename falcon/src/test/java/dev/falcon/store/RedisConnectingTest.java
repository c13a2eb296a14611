package dev.falcon.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Password;
import dev.falcon.config.Secret;
import dev.falcon.config.Settings;
import dev.falcon.inference.Ticker;
import dev.falcon.store.StoreUnavailable.Reason;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.RedisWorker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis absent, protected, or not what it should be when a worker comes to it. */
class RedisConnectingTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir private Path folder;

    @Test
    void absentAtTheStartAndThereLater() {
        try (RealRedis redis = RealRedis.absent();
                RedisWorker worker = RedisWorker.of(settings(redis, 0, Password.NONE))) {
            await().during(Duration.ofMillis(300)).until(() -> !worker.guard().isAvailable());
            redis.start();
            worker.connected();
        }
    }

    @Test
    void aWrongPasswordIsNamedAndNotShown() {
        try (RealRedis redis = RealRedis.started("--requirepass", "right")) {
            StoreUnavailable failure = failureOf(settings(redis, 0, new Password(new Secret("hunter2"), null)));
            assertThat(failure.reason()).isEqualTo(Reason.NOT_CONNECTED);
            assertThat(failure).hasMessageContaining("WRONGPASS").hasMessageNotContaining("hunter2");
            assertThat(failureOf(settings(redis, 0, Password.NONE))).as("none where one is needed")
                    .hasMessageContaining("NOAUTH");
        }
    }

    @Test
    void aRightPasswordIsTaken() throws Exception {
        try (RealRedis redis = RealRedis.started("--requirepass", "right")) {
            assertThat(probe(settings(redis, 0, new Password(new Secret("right"), null)))).isNull();
        }
    }

    @Test
    void aRotatedPasswordFileIsReadAgain() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "old\n");
        try (RealRedis redis = RealRedis.started("--requirepass", "old");
                RedisWorker worker = RedisWorker.of(settings(redis, 0, new Password(null, file))).connected()) {
            redis.command("CONFIG", "SET", "requirepass", "new");
            redis.usePassword("new");
            redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            worker.disconnected();
            Files.writeString(file, "new\n");
            worker.connected();
        }
    }

    @Test
    void aMissingPasswordFileIsNamed() {
        try (RealRedis redis = RealRedis.started()) {
            Path file = folder.resolve("nowhere");
            assertThat(failureOf(settings(redis, 0, new Password(null, file)))).hasMessageContaining(file.toString());
        }
    }

    @Test
    void aDatabaseNumberThatDoesNotExist() {
        try (RealRedis redis = RealRedis.started("--databases", "4")) {
            assertThat(failureOf(settings(redis, 99, Password.NONE))).hasMessageContaining("DB index is out of range");
        }
    }

    @Test
    void nobodyListening() {
        try (RealRedis redis = RealRedis.absent()) {
            assertThat(failureOf(settings(redis, 0, Password.NONE))).hasMessageContaining("Connection refused")
                    .hasMessageContaining(String.valueOf(redis.port()));
        }
    }

    @Test
    void aHostThatDoesNotExist() {
        assertThat(failureOf(new Settings.Redis("no-such-host.invalid", 6379, 0, Password.NONE, TIMEOUT)))
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void aServerThatIsTooOld() {
        try (ScriptedRedis old = new ScriptedRedis(
                Map.of("PING", "+PONG", "INFO", ScriptedRedis.bulk("# Server\r\nredis_version:5.0.14\r\n")))) {
            assertThat(failureOf(new Settings.Redis("127.0.0.1", old.port(), 0, Password.NONE, TIMEOUT)))
                    .hasMessage("Redis 5.0.14 is too old, 6.2 or later is needed");
        }
    }

    @Test
    void aServerThatIsStillLoading() {
        try (ScriptedRedis loading = new ScriptedRedis(Map.of("PING", "+PONG", "INFO",
                ScriptedRedis.bulk("redis_version:7.2.4\r\n"), "SET",
                "-LOADING Redis is loading the dataset in memory"))) {
            StoreUnavailable failure = failureOf(
                    new Settings.Redis("127.0.0.1", loading.port(), 0, Password.NONE, TIMEOUT));
            assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
            assertThat(failure).hasMessageContaining("LOADING");
        }
    }

    @Test
    void aServerThatAcceptsAndSaysNothing() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Settings.Redis settings = new Settings.Redis("127.0.0.1", silent.getLocalPort(), 0, Password.NONE,
                    Duration.ofMillis(100));
            assertThat(failureOf(settings)).hasMessageContaining("timeout");
        }
    }

    @Test
    void aPortThatClosesEachConnectionIsToldWithoutTheClientsOwnWords() throws IOException {
        try (FaultProxy proxy = FaultProxy.to(1)) {
            proxy.reset();
            for (int attempt = 0; attempt < 20; attempt++) {
                assertThat(failureOf(new Settings.Redis(proxy.host(), proxy.port(), 0, Password.NONE, TIMEOUT)))
                        .hasMessageStartingWith("cannot connect to 127.0.0.1:" + proxy.port() + ": ")
                        .message()
                        .doesNotContain("Handler");
            }
        }
    }

    @Test
    void newEnoughServers() throws StoreUnavailable {
        for (String version : new String[]{"6.2.0", "6.2.11", "7.0.0", "8.2.1", "10.0"}) {
            RedisVersion.check("redis_version:" + version + "\r\n");
        }
        assertThat(catchThrowableOfType(StoreUnavailable.class, () -> RedisVersion.check("hello")))
                .hasMessageContaining("does not tell its version");
    }

    private static Settings.Redis settings(RealRedis redis, int db, Password password) {
        return new Settings.Redis(redis.host(), redis.port(), db, password, TIMEOUT);
    }

    private static StoreUnavailable failureOf(Settings.Redis settings) {
        StoreUnavailable failure = probe(settings);
        if (failure == null) {
            throw new AssertionError("the probe succeeded");
        }
        return failure;
    }

    private static @Nullable StoreUnavailable probe(Settings.Redis settings) {
        try (RedisStore store = new RedisStore(settings, new Metrics("w", Ticker.system()).store(), Ticker.system(),
                () -> {})) {
            store.probe();
            return null;
        } catch (StoreUnavailable e) {
            return e;
        }
    }
}
