package dev.falcon.store;

import dev.falcon.inference.Patience;
import dev.falcon.inference.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The store of a single worker. Holds at most so many entries and bytes; what was written longest ago goes first.
 * Without thread: expired entries go when they are met. Safe for use by many threads, which take turns.
 */
public final class InProcessStore implements KeyValueStore {

    private static final int MAX_ENTRIES = 100_000;
    private static final long MAX_BYTES = 64L * 1024 * 1024;
    private static final int SHARE_OF_HEAP = 4;
    /** What the map and the objects of an entry take beside the characters and bytes themselves. */
    private static final int ENTRY_BYTES = 160;
    private static final int SWEPT_AT_EACH_WRITE = 2;

    @SuppressWarnings("ArrayRecordComponent") // never compared, only held
    private record Entry(byte[] value, long expiresAtNanos) {
        boolean isAliveAt(long nowNanos) {
            return expiresAtNanos - nowNanos > 0;
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final int maxEntries;
    private final long maxBytes;
    private final Ticker ticker;
    private long bytes;

    public InProcessStore(Ticker ticker) {
        this(MAX_ENTRIES, Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP), ticker);
    }

    InProcessStore(int maxEntries, long maxBytes, Ticker ticker) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        this.ticker = ticker;
    }

    @Override
    public synchronized List<byte @Nullable []> get(List<String> keys, Patience patience) {
        List<byte @Nullable []> found = new ArrayList<>(keys.size());
        for (String key : keys) {
            byte[] value = alive(key);
            found.add(value == null ? null : value.clone());
        }
        return found;
    }

    @Override
    public synchronized void put(Map<String, byte[]> values, Duration ttl, Patience patience) {
        values.forEach((key, value) -> write(key, value, ttl));
    }

    @Override
    public synchronized byte @Nullable [] putIfAbsent(String key, byte[] value, Duration ttl, Patience patience) {
        byte[] there = alive(key);
        if (there == null) {
            write(key, value, ttl);
            return null;
        }
        return there.clone();
    }

    @Override
    public synchronized boolean replace(String key, Replacement replacement, Patience patience) {
        boolean same = Arrays.equals(alive(key), replacement.expected());
        if (same) {
            write(key, replacement.value(), replacement.ttl());
        }
        return same;
    }

    @Override
    public synchronized boolean remove(String key, byte[] expected, Patience patience) {
        boolean same = Arrays.equals(alive(key), expected);
        if (same) {
            drop(key);
        }
        return same;
    }

    @Override
    public synchronized Set<String> extend(Map<String, byte[]> expected, Duration ttl, Patience patience) {
        Set<String> held = new HashSet<>();
        expected.forEach((key, value) -> {
            if (Arrays.equals(alive(key), value)) {
                write(key, value, ttl);
                held.add(key);
            }
        });
        return held;
    }

    synchronized int size() {
        return entries.size();
    }

    private byte @Nullable [] alive(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (entry.isAliveAt(ticker.nanos())) {
            return entry.value();
        }
        drop(key);
        return null;
    }

    private void write(String key, byte[] value, Duration ttl) {
        drop(key);
        sweep();
        entries.put(key, new Entry(value.clone(), ticker.nanos() + ttl.toNanos()));
        bytes += size(key, value);
        Iterator<Map.Entry<String, Entry>> oldest = entries.entrySet().iterator();
        while (entries.size() > maxEntries || bytes > maxBytes) {
            Map.Entry<String, Entry> first = oldest.next();
            bytes -= size(first.getKey(), first.getValue().value());
            oldest.remove();
        }
    }

    /** Two looked at for each one written: entries that expired unseen are gone long before the bound is reached. */
    private void sweep() {
        long now = ticker.nanos();
        Iterator<Map.Entry<String, Entry>> oldest = entries.entrySet().iterator();
        for (int i = 0; i < SWEPT_AT_EACH_WRITE && oldest.hasNext(); i++) {
            Map.Entry<String, Entry> entry = oldest.next();
            if (!entry.getValue().isAliveAt(now)) {
                bytes -= size(entry.getKey(), entry.getValue().value());
                oldest.remove();
            }
        }
    }

    private void drop(String key) {
        Entry entry = entries.remove(key);
        if (entry != null) {
            bytes -= size(key, entry.value());
        }
    }

    private static long size(String key, byte[] value) {
        return (long) key.length() + value.length + ENTRY_BYTES;
    }
}
