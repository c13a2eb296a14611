package dev.falcon.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Hashes texts into keys. Finding and making a digest costs more than running it over a sentence, so a few are kept between
 * uses; who finds theirs taken makes another. Safe for use by many threads.
 */
final class Hashes {

    private static final int KEPT = 16;

    private final AtomicReferenceArray<@Nullable MessageDigest> idle = new AtomicReferenceArray<>(KEPT);

    CacheKey key(String modelDigest, String text) {
        int slot = (int) (Thread.currentThread().threadId() % KEPT);
        MessageDigest kept = idle.getAndSet(slot, null);
        MessageDigest digest = kept == null ? sha256() : kept;
        CacheKey key = new CacheKey(modelDigest, digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        idle.set(slot, digest);
        return key;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
