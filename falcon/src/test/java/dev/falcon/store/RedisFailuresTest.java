package dev.falcon.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.store.StoreUnavailable.Reason;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisFailuresTest {

    @Test
    void aServerThatDoesNotServeIsAnOutage() {
        for (String error : List.of("LOADING Redis is loading the dataset in memory",
                "READONLY You can't write against a read only replica.", "NOAUTH Authentication required.",
                "NOPERM this user has no permissions to run the 'set' command",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.",
                "ERR Error running script (call to f_1): @user_script:3: @user_script: 3: -READONLY You can't write")) {
            assertThat(reasonOf(error)).as(error).isEqualTo(Reason.REFUSED);
            assertThat(reasonOf(error).isOutage()).isTrue();
        }
    }

    @Test
    void aFullServerIsNoOutageInAScriptOrOutside() {
        for (String error : List.of("OOM command not allowed when used memory > 'maxmemory'.",
                "ERR Error running script: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.")) {
            assertThat(reasonOf(error)).as(error).isEqualTo(Reason.FULL);
            assertThat(reasonOf(error).isOutage()).isFalse();
        }
    }

    @Test
    void whatTheClientSaysOfItselfIsPutIntoWords() {
        assertThat(RedisFailures.summary(new RedisException("RedisHandshakeHandler not registered")))
                .isEqualTo("the connection was closed as soon as it was made");
    }

    @Test
    void oneOddKeyIsNoOutage() {
        assertThat(reasonOf("WRONGTYPE Operation against a key holding the wrong kind of value"))
                .isEqualTo(Reason.ODD_REPLY);
    }

    @Test
    void aLostConnectionSaysNothingYetAndAFullQueueDoes() {
        RedisException failure = new RedisException("Connection disconnected");
        assertThat(RedisFailures.of(failure, false).reason()).isEqualTo(Reason.RECONNECTING);
        assertThat(RedisFailures.of(failure, true).reason()).isEqualTo(Reason.REFUSED);
    }

    @Test
    void tellsTheInnermostReasonOnOneLineOfBoundedLength() {
        String summary =
                RedisFailures.summary(new RuntimeException("outer", new RedisException("a\nb  " + "x".repeat(500))));
        assertThat(summary).startsWith("a b x").hasSize(201);
        assertThat(RedisFailures.summary(new IllegalStateException())).isEqualTo("IllegalStateException");
    }

    private static Reason reasonOf(String error) {
        return RedisFailures.of(new RedisCommandExecutionException(error), true).reason();
    }
}
