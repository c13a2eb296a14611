package dev.falcon.store;

import dev.falcon.inference.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bytes by key, each with a time to live. Every operation is one bounded wait, and safe for use by many threads; what is
 * done to one key is atomic. A write that failed may have happened all the same. Values are neither kept nor changed by a store after the call; what it returns belongs to the caller.
 *
 * <p>{@code patience} is the caller's: whoever has lost a wait once is refused at once, and a lost wait is marked in it.
 */
public interface KeyValueStore {

    /** The values of the keys, in their order, null where there is none; one round trip for all of them. */
    List<byte @Nullable []> get(List<String> keys, Patience patience) throws StoreUnavailable;

    /** Sets each value under its key, whatever was there; one round trip for all of them. */
    void put(Map<String, byte[]> values, Duration ttl, Patience patience) throws StoreUnavailable;

    /** Sets the value where there is none and returns null; else leaves what is there and returns it. */
    byte @Nullable [] putIfAbsent(String key, byte[] value, Duration ttl, Patience patience) throws StoreUnavailable;

    /** Sets value and time to live where exactly the expected value is there; tells whether it was. */
    boolean replace(String key, Replacement replacement, Patience patience) throws StoreUnavailable;

    /** Removes the key where exactly the expected value is there; tells whether it was. */
    boolean remove(String key, byte[] expected, Patience patience) throws StoreUnavailable;

    /**
     * Gives every key that still holds exactly its expected value a new time to live; one round trip for all of them.
     *
     * @return those keys
     */
    Set<String> extend(Map<String, byte[]> expected, Duration ttl, Patience patience) throws StoreUnavailable;

    /** What is expected, what takes its place, and for how long. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, only passed on
    record Replacement(byte[] expected, byte[] value, Duration ttl) {}
}
