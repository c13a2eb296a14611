package dev.falcon.cache;

/** Makes cache keys as a request does. Stateless. */
public final class CacheKeyBench {

    private CacheKeyBench() {}

    /** The key of a text under a model's digest. */
    public static String key(String modelDigest, String text) {
        return CacheKey.of(modelDigest, text).value();
    }
}
