package dev.falcon.cache;

/** Makes cache keys as a request does. Safe for use by many threads. */
public final class CacheKeyBench {

    private final Hashes hashes = new Hashes();

    /** The key of a text under a model's digest. */
    public Object key(String modelDigest, String text) {
        return hashes.key(modelDigest, text);
    }
}
