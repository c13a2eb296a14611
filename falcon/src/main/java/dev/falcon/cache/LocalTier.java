package dev.falcon.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.falcon.config.Settings;
import dev.falcon.inference.Prediction;
import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers in the worker's own memory: a bounded number, each for its own varied time. Safe for use by many threads. */
final class LocalTier {

    private final Cache<CacheKey, Prediction> answers;

    LocalTier(Settings.Cache settings, Supplier<Duration> ttl, Ticker ticker) {
        answers = Caffeine.newBuilder()
                .maximumSize(settings.localMaxEntries())
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .expireAfter(Expiry.<CacheKey, Prediction>writing((key, prediction) -> ttl.get()))
                .build();
    }

    @Nullable
    Prediction get(CacheKey key) {
        return answers.getIfPresent(key);
    }

    void put(CacheKey key, Prediction prediction) {
        answers.put(key, prediction);
    }
}
