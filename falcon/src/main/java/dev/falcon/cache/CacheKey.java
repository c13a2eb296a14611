package dev.falcon.cache;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The whole question: the digest of the model, and the exact text by its SHA-256 over UTF-8. Texts without lone
 * surrogates encode one to one, so two texts share a key only if SHA-256 collides. Holds the hash as numbers, as its text is
 * wanted by the shared store alone. Immutable.
 */
final class CacheKey {

    private static final String PREFIX = "falcon:answer:";

    private final String modelDigest;
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    /** @param sha256 of the text, 32 bytes */
    CacheKey(String modelDigest, byte[] sha256) {
        ByteBuffer hash = ByteBuffer.wrap(sha256);
        this.modelDigest = modelDigest;
        this.first = hash.getLong();
        this.second = hash.getLong();
        this.third = hash.getLong();
        this.fourth = hash.getLong();
    }

    /** As it stands in the shared store. */
    String value() {
        HexFormat hex = HexFormat.of();
        return PREFIX + modelDigest + ":" + hex.toHexDigits(first) + hex.toHexDigits(second) + hex.toHexDigits(third)
                + hex.toHexDigits(fourth);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CacheKey key && first == key.first && second == key.second && third == key.third
                && fourth == key.fourth && modelDigest.equals(key.modelDigest);
    }

    /** Every bit of a cryptographic hash is as good as any other. */
    @Override
    public int hashCode() {
        return (int) first ^ modelDigest.hashCode();
    }

    @Override
    public String toString() {
        return value();
    }
}
