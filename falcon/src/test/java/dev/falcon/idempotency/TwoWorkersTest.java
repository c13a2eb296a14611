package dev.falcon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.falcon.config.Settings;
import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import dev.falcon.testing.Cleanup;
import dev.falcon.testing.FaultProxy;
import dev.falcon.testing.RealRedis;
import dev.falcon.testing.RedisWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Two workers on one real Redis, the first of them through a proxy that can cut it off. */
@Isolated("leases and operation timeouts are real time")
class TwoWorkersTest {

    private static final Settings.Idempotency SETTINGS = new Settings.Idempotency(Duration.ofHours(24));
    private static final Duration LEASE_AND_SLACK = Leases.LEASE.plusSeconds(2);

    private final Ticker ticker = Ticker.system();
    private RealRedis redis;
    private FaultProxy proxy;
    private RedisWorker first;
    private RedisWorker second;
    private IdempotencyGuard firstGuard;
    private IdempotencyGuard secondGuard;

    @BeforeEach
    void start() {
        redis = RealRedis.started();
        proxy = FaultProxy.to(redis.port());
        first = RedisWorker.patientAt(proxy.host(), proxy.port());
        second = RedisWorker.patientAt(redis.host(), redis.port());
        firstGuard = new IdempotencyGuard(SETTINGS, first.store(), first.metrics(), ticker);
        secondGuard = new IdempotencyGuard(SETTINGS, second.store(), second.metrics(), ticker);
    }

    @AfterEach
    void stop() {
        Cleanup.close(firstGuard, secondGuard, first, second, proxy, redis);
    }

    @Test
    void theSecondReplaysWhatTheFirstAnswered() {
        firstGuard.complete(owned(firstGuard.claim(request())), Requests.answers(0.7), new Patience());
        assertThat(secondGuard.claim(request())).isInstanceOfSatisfying(Claim.Replay.class,
                replay -> assertThat(Requests.positive(replay.answers())).isEqualTo(0.7));
    }

    @Test
    void aSlowRequestKeepsItsKeyBeyondTheLease() {
        Claim.Owned claim = owned(firstGuard.claim(request()));
        await().during(Leases.LEASE.plusSeconds(1))
                .atMost(Duration.ofSeconds(10))
                .until(() -> secondGuard.claim(request()) instanceof Claim.Busy);
        assertThat(firstGuard.complete(claim, Requests.answers(0.7), new Patience()))
                .isInstanceOf(Completion.Kept.class);
    }

    @Test
    void aDeadClaimersKeyIsFreeAfterItsLease() {
        owned(firstGuard.claim(request()));
        firstGuard.close();
        first.close();
        assertThat(secondGuard.claim(request())).isInstanceOf(Claim.Busy.class);
        Claim.Owned taken = takenOver();
        assertThat(secondGuard.complete(taken, Requests.answers(0.2), new Patience()))
                .isInstanceOf(Completion.Kept.class);
        assertThat(secondGuard.claim(request())).isInstanceOf(Claim.Replay.class);
    }

    @Test
    void aClaimerThatSleptGivesItsSuccessorsAnswer() {
        Claim.Owned slept = owned(firstGuard.claim(request()));
        proxy.blackhole();
        secondGuard.complete(takenOver(), Requests.answers(0.2), new Patience());
        proxy.pass();
        first.connected();
        assertThat(firstGuard.complete(slept, Requests.answers(0.9), new Patience())).isInstanceOfSatisfying(
                Completion.Superseded.class, it -> assertThat(Requests.positive(it.answers())).isEqualTo(0.2));
        assertThat(secondGuard.claim(request())).isInstanceOfSatisfying(Claim.Replay.class,
                replay -> assertThat(Requests.positive(replay.answers())).isEqualTo(0.2));
    }

    @Test
    void aClaimerThatSleptNeitherCompletesNorReleasesForItsSuccessor() {
        Claim.Owned slept = owned(firstGuard.claim(request()));
        proxy.blackhole();
        Claim.Owned successor = takenOver();
        proxy.pass();
        first.connected();
        assertThat(firstGuard.complete(slept, Requests.answers(0.9), new Patience()))
                .isInstanceOf(Completion.NotKept.class);
        firstGuard.release(slept);
        assertThat(firstGuard.claim(request())).isInstanceOf(Claim.Busy.class);
        assertThat(secondGuard.complete(successor, Requests.answers(0.2), new Patience()))
                .isInstanceOf(Completion.Kept.class);
    }

    @Test
    void redisLostBetweenClaimAndAnswerLeavesTheAnswerUnkept() {
        Claim.Owned claim = owned(firstGuard.claim(request()));
        redis.kill();
        assertThat(firstGuard.complete(claim, Requests.answers(0.9), new Patience()))
                .isInstanceOf(Completion.NotKept.class);
        first.disconnected();
        assertThat(firstGuard.claim(request())).isInstanceOf(Claim.Unavailable.class);
        redis.start();
        first.connected();
        assertThat(firstGuard.claim(request())).isInstanceOf(Claim.Owned.class);
    }

    @Test
    void manyRequestsWithOneKeyComputeOnce() throws Exception {
        AtomicInteger computed = new AtomicInteger();
        List<Future<Double>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 24; i++) {
                IdempotencyGuard guard = i % 2 == 0 ? firstGuard : secondGuard;
                int who = i;
                answers.add(threads.submit(() -> answered(guard, who, computed)));
            }
        }
        assertThat(computed).hasValue(1);
        double one = answers.getFirst().get();
        for (Future<Double> answer : answers) {
            assertThat(answer.get()).isEqualTo(one);
        }
    }

    private double answered(IdempotencyGuard guard, int who, AtomicInteger computed) throws InterruptedException {
        PollSchedule polls = new PollSchedule(new Random(who));
        while (true) {
            switch (guard.claim(request())) {
                case Claim.Owned claim -> {
                    computed.incrementAndGet();
                    ticker.sleep(Duration.ofMillis(100));
                    guard.complete(claim, Requests.answers(who / 100.0), new Patience());
                    return who / 100.0;
                }
                case Claim.Replay replay -> {
                    return Requests.positive(replay.answers());
                }
                case Claim.Busy busy -> ticker.sleep(polls.next());
                case Claim.NotAsked it -> throw new AssertionError(it);
                case Claim.Mismatch it -> throw new AssertionError(it);
                case Claim.Unavailable it -> throw new AssertionError(it);
            }
        }
    }

    private Claim.Owned takenOver() {
        return owned(await().atMost(LEASE_AND_SLACK)
                .until(() -> secondGuard.claim(request()),
                        claim -> claim instanceof Claim.Owned));
    }

    private InferenceRequest request() {
        return Requests.request("key-1", "a text", ticker);
    }

    private static Claim.Owned owned(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Owned.class);
        return (Claim.Owned) claim;
    }
}
