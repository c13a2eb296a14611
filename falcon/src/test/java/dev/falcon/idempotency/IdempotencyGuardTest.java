package dev.falcon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Answer;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.ModelReference;
import dev.falcon.inference.Patience;
import dev.falcon.store.InProcessStore;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.Scraped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdempotencyGuardTest {

    private static final Duration TTL = Duration.ofHours(24);

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);
    private final InProcessStore store = new InProcessStore(ticker);
    private final IdempotencyGuard guard = new IdempotencyGuard(new Settings.Idempotency(TTL), store, metrics, ticker);

    @AfterEach
    void close() {
        guard.close();
    }

    @Test
    void asksNothingWithoutAKey() {
        assertThat(guard.claim(request(null, "a"))).isInstanceOf(Claim.NotAsked.class);
    }

    @Test
    void replaysTheFirstAnswerWhole() {
        List<Answer> first = Requests.answers(0.1 + 0.2);
        assertThat(guard.complete(claimed("k", "a"), first, new Patience())).isInstanceOf(Completion.Kept.class);
        Claim second = guard.claim(request("k", "a"));
        assertThat(second).isInstanceOfSatisfying(Claim.Replay.class, replay -> {
            Answer answer = replay.answers().getFirst();
            assertThat(answer.model()).isEqualTo(first.getFirst().model());
            assertThat(answer.prediction()).isEqualTo(first.getFirst().prediction());
            assertThat(answer.cacheHit()).isFalse();
            assertThat(answer.inferenceNanos()).as("nothing was computed this time").isZero();
        });
        assertThat(counted("misses")).isEqualTo(1);
        assertThat(counted("hits")).isEqualTo(1);
    }

    @Test
    void forgetsAnAnswerAfterItsTime() {
        guard.complete(claimed("k", "a"), Requests.answers(0.5), new Patience());
        ticker.advance(TTL.minusSeconds(1));
        assertThat(guard.claim(request("k", "a"))).isInstanceOf(Claim.Replay.class);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(guard.claim(request("k", "a"))).isInstanceOf(Claim.Owned.class);
    }

    @Test
    void refusesTheKeyOfAnotherQuestionFinishedOrNot() {
        Claim.Owned claim = claimed("k", "a");
        assertThat(guard.claim(request("k", "b"))).isInstanceOf(Claim.Mismatch.class);
        guard.complete(claim, Requests.answers(0.5), new Patience());
        assertThat(guard.claim(request("k", "b"))).isInstanceOf(Claim.Mismatch.class);
        assertThat(guard.claim(Requests.request("k", List.of("a"), List.of(new ModelReference("other", null)), ticker)))
                .as("another model is another question")
                .isInstanceOf(Claim.Mismatch.class);
        assertThat(counted("conflicts")).isEqualTo(3);
    }

    @Test
    void tellsTextsApartHoweverTheyAreCut() {
        claimed("k", "ab");
        assertThat(guard.claim(Requests.request("k", List.of("a", "b"), List.of(ModelReference.DEFAULT), ticker)))
                .isInstanceOf(Claim.Mismatch.class);
    }

    @Test
    void isBusyWhileAnotherRequestHasTheKeyAndFreeOnceThatGaveUp() {
        Claim.Owned claim = claimed("k", "a");
        assertThat(guard.claim(request("k", "a"))).isInstanceOf(Claim.Busy.class);
        guard.release(claim);
        assertThat(guard.claim(request("k", "a"))).isInstanceOf(Claim.Owned.class);
    }

    @Test
    void doesNotReleaseWhatItsSuccessorHolds() {
        Claim.Owned slept = claimed("k", "a");
        loseTheLease();
        claimed("k", "a");
        guard.release(slept);
        assertThat(guard.claim(request("k", "a"))).isInstanceOf(Claim.Busy.class);
    }

    @Test
    void cannotCompleteOverAnUnfinishedSuccessor() {
        Claim.Owned slept = claimed("k", "a");
        loseTheLease();
        Claim.Owned successor = claimed("k", "a");
        assertThat(guard.complete(slept, Requests.answers(0.1), new Patience()))
                .isInstanceOf(Completion.NotKept.class);
        assertThat(guard.complete(successor, Requests.answers(0.9), new Patience()))
                .isInstanceOf(Completion.Kept.class);
        assertThat(replayed("k", "a")).isEqualTo(0.9);
    }

    @Test
    void takesOverItsSuccessorsAnswer() {
        Claim.Owned slept = claimed("k", "a");
        loseTheLease();
        guard.complete(claimed("k", "a"), Requests.answers(0.9), new Patience());
        assertThat(guard.complete(slept, Requests.answers(0.1), new Patience())).isInstanceOfSatisfying(
                Completion.Superseded.class, it -> assertThat(Requests.positive(it.answers())).isEqualTo(0.9));
        assertThat(replayed("k", "a")).isEqualTo(0.9);
    }

    @Test
    void doesNotTakeOverTheAnswerToAnotherQuestion() {
        Claim.Owned slept = claimed("k", "a");
        loseTheLease();
        guard.complete(claimed("k", "b"), Requests.answers(0.9), new Patience());
        assertThat(guard.complete(slept, Requests.answers(0.1), new Patience()))
                .isInstanceOf(Completion.NotKept.class);
    }

    @Test
    void mayStillCompleteWhenNobodyCameAfterIt() {
        Claim.Owned slept = claimed("k", "a");
        loseTheLease();
        assertThat(guard.complete(slept, Requests.answers(0.1), new Patience())).isInstanceOf(Completion.Kept.class);
        assertThat(replayed("k", "a")).isEqualTo(0.1);
    }

    @Test
    void anUnreadableValueCountsAsUnavailable() {
        String[] unreadable = {"", "junk", "{}", "[]", "null", "{\"v\":2,\"fingerprint\":\"f\",\"token\":\"t\"}",
            "{\"v\":1,\"fingerprint\":null,\"token\":\"t\",\"answers\":null}"};
        for (String value : unreadable) {
            store.put(Map.of(Fingerprint.storeKey("k"), value.getBytes(StandardCharsets.UTF_8)), TTL, new Patience());
            assertThat(guard.claim(request("k", "a"))).as(value).isInstanceOf(Claim.Unavailable.class);
        }
        assertThat(Scraped.value(metrics, "fallback_triggered_total", "idempotency_skipped"))
                .isEqualTo(unreadable.length);
    }

    @Test
    void anAnswerWithHolesCountsAsUnavailable() {
        String fingerprint = Fingerprint.of(request("k", "a"));
        String[] answers = {"[]", "[null]", "[{}]",
            "[{\"model\":\"m\",\"version\":\"1\",\"digest\":\"d\",\"item\":0,\"labels\":[\"x\"],"
                    + "\"probabilities\":[null],\"cache_hit\":false}]",
            "[{\"model\":\"m\",\"version\":\"1\",\"digest\":\"d\",\"item\":-1,\"labels\":[\"x\"],"
                    + "\"probabilities\":[1],\"cache_hit\":false}]"};
        for (String list : answers) {
            String value = "{\"v\":1,\"fingerprint\":\"" + fingerprint + "\",\"token\":null,\"answers\":" + list + "}";
            store.put(Map.of(Fingerprint.storeKey("k"), value.getBytes(StandardCharsets.UTF_8)), TTL, new Patience());
            assertThat(guard.claim(request("k", "a"))).as(list).isInstanceOf(Claim.Unavailable.class);
        }
    }

    @Test
    void theStoresKeyDoesNotShowTheCallersKey() {
        assertThat(Fingerprint.storeKey("secret-key")).startsWith("falcon:idempotency:")
                .doesNotContain("secret")
                .isNotEqualTo(Fingerprint.storeKey("secret-kez"));
    }

    /** The worker sleeps: time passes and nobody renews. */
    private void loseTheLease() {
        // One step, so that the renewer never sees the lease alive and due at once.
        ticker.advance(Leases.LEASE.plusMillis(1));
    }

    private Claim.Owned claimed(String key, String text) {
        Claim claim = guard.claim(request(key, text));
        assertThat(claim).isInstanceOf(Claim.Owned.class);
        return (Claim.Owned) claim;
    }

    private double replayed(String key, String text) {
        Claim claim = guard.claim(request(key, text));
        assertThat(claim).isInstanceOf(Claim.Replay.class);
        return Requests.positive(((Claim.Replay) claim).answers());
    }

    private InferenceRequest request(@Nullable String key, String text) {
        return Requests.request(key, text, ticker);
    }

    private double counted(String what) {
        return Scraped.value(metrics, "idempotency_" + what + "_total");
    }
}
