package dev.falcon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RealRedisTest {

    @Test
    void answersAndSaysItsVersion() {
        try (RealRedis redis = RealRedis.started()) {
            assertThat(redis.info("redis_version")).startsWith("6.2.");
            assertThat(redis.command("SET", "k", "v")).isEqualTo("OK");
            assertThat(redis.command("GET", "k")).isEqualTo("v");
        }
    }

    @Test
    void keepsItsPortButNotItsContentOverAKill() {
        try (RealRedis redis = RealRedis.started()) {
            redis.command("SET", "k", "v");
            int port = redis.port();
            redis.kill();
            assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
            redis.start();
            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.command("GET", "k")).isEmpty();
        }
    }

    @Test
    void isSilentWhilePausedAndGoesOnAfterwards() throws IOException {
        try (RealRedis redis = RealRedis.started()) {
            redis.pause();
            try (Socket socket = new Socket(redis.host(), redis.port())) {
                socket.setSoTimeout(200);
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThatThrownBy(() -> socket.getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class);
            }
            redis.resume();
            assertThat(redis.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void takesAPasswordAndALimit() {
        try (RealRedis redis = RealRedis.started("--requirepass", "s3cret", "--maxmemory", "3mb")) {
            assertThat(redis.command("CONFIG", "GET", "maxmemory")).endsWith("3145728");
            redis.usePassword(null);
            assertThat(redis.command("PING")).startsWith("-NOAUTH");
        }
    }
}
