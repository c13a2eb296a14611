package dev.falcon.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The whole question: the digest of the model, and the exact text by its SHA-256 over UTF-8. Texts without lone
 * surrogates encode one to one, so two texts share a key only if SHA-256 collides.
 */
record CacheKey(String value) {

    private static final String PREFIX = "falcon:answer:";

    static CacheKey of(String modelDigest, String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new CacheKey(PREFIX + modelDigest + ":" + HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
