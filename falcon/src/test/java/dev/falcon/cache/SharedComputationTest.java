package dev.falcon.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.Settings;
import dev.falcon.inference.Deadline;
import dev.falcon.inference.Patience;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import dev.falcon.telemetry.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Equal texts in flight at once. With both tiers off, so that nothing but sharing can save a computation. */
class SharedComputationTest {

    private final ResponseCache cache = new ResponseCache(new Settings.Cache(false, Duration.ofHours(1), 0), null,
            new Metrics("w", Ticker.system()), Ticker.system());

    @Test
    void theSecondRequestWaitsForTheFirstAndGetsItsAnswer() throws Exception {
        try (Lookup first = lookUp("a"); Lookup second = lookUp("a")) {
            assertThat(first.ours()).containsExactly(0);
            assertThat(second.ours()).isEmpty();
            first.fill(List.of(Texts.predict("a")));
            assertThat(second.await(0, soon())).isEqualTo(Texts.predict("a"));
            assertThat(second.isHit(0)).as("computed just now, not cached").isFalse();
        }
        try (Lookup third = lookUp("a")) {
            assertThat(third.ours()).as("nothing is kept").containsExactly(0);
        }
    }

    @Test
    void whoWaitsIsToldWhenTheFirstFails() throws Exception {
        Lookup first = lookUp("a");
        try (Lookup second = lookUp("a"); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            first.close();
            Deadline farAway = Deadline.after(Duration.ofHours(1), Ticker.system());
            Future<Boolean> told = threads.submit(() -> second.await(0, farAway) == null);
            assertThat(told.get(20, TimeUnit.SECONDS)).as("told at once, not at the deadline").isTrue();
        }
    }

    @Test
    void whoWaitsGivesUpAtTheDeadline() throws Exception {
        try (Lookup first = lookUp("a"); Lookup second = lookUp("a")) {
            assertThat(second.await(0, Deadline.after(Duration.ofMillis(30), Ticker.system()))).isNull();
            assertThat(first.ours()).containsExactly(0);
        }
    }

    @Test
    void twoRequestsThatShareCrosswiseDoNotBlockEachOther() throws Exception {
        try (Lookup first = lookUp("a"); Lookup second = lookUp("b", "a"); Lookup third = lookUp("b", "c")) {
            assertThat(second.ours()).containsExactly(0);
            assertThat(third.ours()).containsExactly(1);
            third.fill(List.of(Texts.predict("c")));
            second.fill(List.of(Texts.predict("b")));
            first.fill(List.of(Texts.predict("a")));
            assertThat(third.await(0, soon())).isEqualTo(Texts.predict("b"));
            assertThat(second.await(1, soon())).isEqualTo(Texts.predict("a"));
        }
    }

    @Test
    void manyRequestsOverFewTextsNeverHangNeverMixUpAnswersAndForgetEverything() throws Exception {
        List<String> texts = List.of("a", "bb", "ccc", "dddd", "eeeee", "ffffff");
        AtomicInteger failed = new AtomicInteger();
        List<Future<?>> requests = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2000; i++) {
                Random random = new Random(i);
                List<String> mixed = new ArrayList<>(texts);
                Collections.shuffle(mixed, random);
                List<String> asked = mixed.subList(0, 1 + random.nextInt(4));
                boolean fails = random.nextInt(5) == 0;
                requests.add(threads.submit(() -> {
                    request(asked, fails, failed);
                    return true;
                }));
            }
            for (Future<?> request : requests) {
                request.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(failed.get()).isPositive();
        try (Lookup last = lookUp(texts.toArray(String[]::new))) {
            assertThat(last.ours()).as("no computation is left in flight").hasSize(texts.size());
        }
    }

    private void request(List<String> texts, boolean fails, AtomicInteger failed) throws InterruptedException {
        try (Lookup lookup = lookUp(texts.toArray(String[]::new))) {
            if (fails) {
                failed.incrementAndGet();
                return;
            }
            lookup.fill(lookup.ours().stream().map(index -> Texts.predict(texts.get(index))).toList());
            for (int i = 0; i < texts.size(); i++) {
                Prediction found = lookup.await(i, soon());
                if (found != null && !found.equals(Texts.predict(texts.get(i)))) {
                    throw new AssertionError("another text's answer");
                }
            }
        }
    }

    private Lookup lookUp(String... texts) {
        return cache.lookUp(Texts.MODEL, Texts.LABELS, Arrays.asList(texts), new Patience());
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30), Ticker.system());
    }
}
