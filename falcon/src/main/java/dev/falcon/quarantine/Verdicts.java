package dev.falcon.quarantine;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The verdicts on at most {@value #MAX} texts, those reached last. Immutable. */
record Verdicts(Map<TextHash, Verdict> byHash) {

    static final int MAX = 1000;
    static final Verdicts NONE = new Verdicts(Map.of());

    /** What a file or an entry of the store begins with; another number is another layout. */
    private static final long MAGIC = 0x46414c434f4e5131L; // FALCONQ1

    private static final int ENTRY_BYTES = 5 * Long.BYTES;

    Verdicts {
        byHash = Map.copyOf(byHash);
    }

    @Nullable
    Verdict of(TextHash text) {
        return byHash.get(text);
    }

    boolean isEmpty() {
        return byHash.isEmpty();
    }

    /** Both, without what is forgotten by now and what exceeds the bound. */
    Verdicts and(Verdicts others, long nowMs) {
        Map<TextHash, Verdict> all = new HashMap<>(byHash);
        others.byHash.forEach((text, verdict) -> all.merge(text, verdict, Verdict::or));
        all.values().removeIf(verdict -> verdict.isForgotten(nowMs));
        if (all.size() <= MAX) {
            return new Verdicts(all);
        }
        return new Verdicts(all.entrySet()
                .stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue().sinceMs()))
                .limit(MAX)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** The same verdict on each of the texts. */
    static Verdicts on(Collection<TextHash> texts, Verdict verdict) {
        return new Verdicts(texts.stream().distinct().collect(Collectors.toMap(text -> text, text -> verdict)));
    }

    /**
     * What follows for the texts that were in flight when a process ended. A single one whose native code is known to have
     * failed did it. Who else was in flight may be innocent, or the process was killed: all of them are suspects, and since
     * suspects run one at a time, the only suspect of a second such end did it. Where there are several nevertheless, as
     * another worker had not heard of them, all of them are refused for a while.
     *
     * @param nativeFault whether the JVM left a report that native code failed
     */
    Verdicts afterEnd(List<TextHash> inFlight, boolean nativeFault, long nowMs) {
        List<TextHash> texts = inFlight.stream().distinct().toList();
        List<TextHash> again = texts.stream().filter(text -> isSuspect(text, nowMs)).toList();
        if (nativeFault && texts.size() == 1) {
            return on(texts, Verdict.condemned(nowMs));
        }
        return switch (again.size()) {
            case 0 -> on(texts, Verdict.suspect(nowMs));
            case 1 -> on(again, Verdict.condemned(nowMs));
            default -> on(again, Verdict.doubted(nowMs));
        };
    }

    boolean isSuspect(TextHash text, long nowMs) {
        Verdict verdict = byHash.get(text);
        return verdict != null && verdict.isSuspect(nowMs);
    }

    byte[] encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + byHash.size() * ENTRY_BYTES).putLong(MAGIC);
        byHash.forEach((text, verdict) -> bytes.putLong(text.first())
                .putLong(text.second())
                .putLong(verdict.sinceMs())
                .putLong(verdict.refusedUntilMs())
                .putLong(verdict.suspectUntilMs()));
        return bytes.array();
    }

    /** What is of another layout, or too long, says nothing. */
    static Verdicts decoded(byte @Nullable [] encoded) {
        if (encoded == null || encoded.length < Long.BYTES || encoded.length > Long.BYTES + MAX * ENTRY_BYTES) {
            return NONE;
        }
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        if (bytes.getLong() != MAGIC) {
            return NONE;
        }
        Map<TextHash, Verdict> byHash = new HashMap<>();
        while (bytes.remaining() >= ENTRY_BYTES) {
            byHash.put(new TextHash(bytes.getLong(), bytes.getLong()),
                    new Verdict(bytes.getLong(), bytes.getLong(), bytes.getLong()));
        }
        return new Verdicts(byHash);
    }
}
