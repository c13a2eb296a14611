package dev.falcon.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.falcon.config.Settings;
import dev.falcon.inference.ModelId;
import dev.falcon.inference.Patience;
import dev.falcon.store.InProcessStore;
import dev.falcon.telemetry.Metrics;
import dev.falcon.testing.HandTicker;
import dev.falcon.testing.Scraped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResponseCacheTest {

    private static final Duration TTL = Duration.ofHours(1);

    private final HandTicker ticker = new HandTicker();
    private final Metrics metrics = new Metrics("w", ticker);
    private final InProcessStore store = new InProcessStore(ticker);

    @Test
    void theSecondTimeIsAHit() throws Exception {
        ResponseCache cache = cache(true, 100, null);
        assertThat(Texts.ask(cache, "a", "b")).containsExactly(false, false);
        assertThat(Texts.ask(cache, "b", "c", "a")).containsExactly(true, false, true);
        assertThat(counted("cache_hits_total", "local")).isEqualTo(2);
        assertThat(counted("cache_misses_total", "local")).isEqualTo(3);
        assertThat(counted("cache_misses_total", "redis")).as("there is no shared tier").isZero();
    }

    @Test
    void theExactTextCounts() throws Exception {
        ResponseCache cache = cache(true, 100, null);
        assertThat(Texts.ask(cache, "a", "A", " a", "a\u0000", "\u00e4", "a\u0308"))
                .containsExactly(false, false, false, false, false, false);
    }

    @Test
    void anotherModelIsAnotherQuestionButItsNameDoesNotMatter() {
        ResponseCache cache = cache(true, 100, null);
        fill(cache, Texts.MODEL);
        assertThat(ours(cache, new ModelId("m", "1", "b".repeat(64)))).as("retrained under its version").hasSize(1);
        assertThat(ours(cache, new ModelId("other", "2", Texts.MODEL.digest()))).as("the same weights").isEmpty();
    }

    @Test
    void equalTextsOfOneRequestAreComputedOnce() throws Exception {
        ResponseCache cache = cache(true, 100, null);
        try (Lookup lookup = cache.lookUp(Texts.MODEL, Texts.LABELS, List.of("a", "b", "a"), new Patience())) {
            assertThat(lookup.ours()).containsExactly(0, 1);
        }
        assertThat(Texts.ask(cache, "a", "b", "a")).containsExactly(false, false, false);
    }

    @Test
    void forgetsAfterItsTimeVariedByATenth() throws Exception {
        ResponseCache cache = cache(true, 100, store);
        Texts.ask(cache, "a");
        ticker.advance(TTL.multipliedBy(89).dividedBy(100));
        assertThat(Texts.ask(cache, "a")).containsExactly(true);
        ticker.advance(TTL.multipliedBy(22).dividedBy(100));
        assertThat(Texts.ask(cache, "a")).containsExactly(false);
    }

    @Test
    void anotherWorkerFindsItInTheSharedTierAndThenInItsOwn() throws Exception {
        Texts.ask(cache(true, 100, store), "a", "b");
        ResponseCache second = cache(true, 100, store);
        assertThat(Texts.ask(second, "a", "x", "b")).containsExactly(true, false, true);
        assertThat(counted("cache_hits_total", "redis")).isEqualTo(2);
        Texts.ask(second, "a");
        assertThat(counted("cache_hits_total", "redis")).isEqualTo(2);
        assertThat(counted("cache_hits_total", "local")).isEqualTo(1);
    }

    @Test
    void worksWithoutALocalTier() throws Exception {
        ResponseCache cache = cache(true, 0, store);
        Texts.ask(cache, "a");
        assertThat(Texts.ask(cache, "a")).containsExactly(true);
        assertThat(counted("cache_hits_total", "local")).isZero();
    }

    @Test
    void keepsNothingWhenItIsOff() throws Exception {
        ResponseCache cache = cache(false, 100, store);
        Texts.ask(cache, "a");
        assertThat(Texts.ask(cache, "a")).containsExactly(false);
    }

    @Test
    void anUnreadableEntryIsAMissAndIsReplaced() throws Exception {
        ResponseCache cache = cache(true, 0, store);
        store.put(Map.of(new Hashes().key(Texts.MODEL.digest(), "a").value(), new byte[]{1, 2, 3}), TTL,
                new Patience());
        assertThat(Texts.ask(cache, "a")).containsExactly(false);
        assertThat(counted("cache_errors_total", "decode")).isEqualTo(1);
        assertThat(Texts.ask(cache, "a")).containsExactly(true);
    }

    @Test
    void refusesPredictionsThatDoNotFitItsTexts() {
        ResponseCache cache = cache(true, 100, null);
        try (Lookup lookup = cache.lookUp(Texts.MODEL, Texts.LABELS, List.of("a", "b"), new Patience())) {
            assertThatThrownBy(() -> lookup.fill(List.of(Texts.predict("a"))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(ours(cache, Texts.MODEL)).as("nothing is left behind").hasSize(1);
    }

    private ResponseCache cache(boolean enabled, int localEntries, @Nullable InProcessStore shared) {
        return new ResponseCache(new Settings.Cache(enabled, TTL, localEntries), shared, metrics, ticker);
    }

    private static void fill(ResponseCache cache, ModelId model) {
        try (Lookup lookup = cache.lookUp(model, Texts.LABELS, List.of("a"), new Patience())) {
            lookup.fill(List.of(Texts.predict("a")));
        }
    }

    private static List<Integer> ours(ResponseCache cache, ModelId model) {
        try (Lookup lookup = cache.lookUp(model, Texts.LABELS, List.of("a"), new Patience())) {
            return lookup.ours();
        }
    }

    private double counted(String name, String label) {
        return Scraped.value(metrics, name, "\"" + label + "\"");
    }
}
