package dev.falcon.model.transformer;

import dev.falcon.inference.Ticker;
import dev.falcon.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Embeds the texts of a training, with all callers of the encoder at work; those of earlier trainings come from disk. */
final class TextEmbedder {

    /** Texts between two looks at the time, and two writes to disk. */
    private static final int CHUNK = 256;
    private static final int PIECE = 16;

    private final Encoder encoder;
    private final EmbeddingStore store;
    private final Ticker ticker;
    private final Consumer<String> progress;
    private final AtomicInteger truncated = new AtomicInteger();

    TextEmbedder(Encoder encoder, EmbeddingStore store, Ticker ticker, Consumer<String> progress) {
        this.encoder = encoder;
        this.store = store;
        this.ticker = ticker;
        this.progress = progress;
    }

    /** Texts, of those embedded so far, that were longer than the encoder reads. */
    int truncated() {
        return truncated.get();
    }

    /** An embedding for each text, in their order. */
    List<float[]> embed(List<String> texts) {
        Map<String, TokenIds> byKey = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>(texts.size());
        for (String text : texts) {
            String key = Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
            TokenIds tokens = encoder.tokenize(text);
            truncated.addAndGet(tokens.truncated() ? 1 : 0);
            keys.add(key);
            byKey.put(key, tokens);
        }
        Map<String, float[]> known = new HashMap<>(store.find(byKey.keySet()));
        List<String> missing = byKey.keySet().stream().filter(key -> !known.containsKey(key)).toList();
        long started = ticker.nanos();
        for (int from = 0; from < missing.size(); from += CHUNK) {
            progress.accept(told(from, missing.size(), ticker.nanos() - started));
            List<String> chunk = missing.subList(from, Math.min(from + CHUNK, missing.size()));
            Map<String, float[]> embedded = embedded(chunk, byKey);
            store.add(embedded);
            known.putAll(embedded);
        }
        return keys.stream().map(key -> Objects.requireNonNull(known.get(key))).toList();
    }

    static String told(int done, int all, long elapsedNanos) {
        String share = "embedded " + done + " of " + all + " texts";
        if (done == 0) {
            return share;
        }
        long secondsLeft = Math.round(elapsedNanos / 1e9 / done * (all - done));
        return share + ", about " + (secondsLeft < 90 ? secondsLeft + " s" : (secondsLeft + 30) / 60 + " min")
                + " left";
    }

    private Map<String, float[]> embedded(List<String> keys, Map<String, TokenIds> byKey) {
        List<List<String>> pieces = IntStream.range(0, (keys.size() + PIECE - 1) / PIECE)
                .mapToObj(piece -> keys.subList(piece * PIECE, Math.min((piece + 1) * PIECE, keys.size())))
                .toList();
        List<float[][]> embeddings = pieces.parallelStream()
                .map(piece -> encoder
                        .embedAll(piece.stream().map(key -> Objects.requireNonNull(byKey.get(key))).toList()))
                .toList();
        Map<String, float[]> result = new LinkedHashMap<>();
        for (int piece = 0; piece < pieces.size(); piece++) {
            for (int i = 0; i < pieces.get(piece).size(); i++) {
                result.put(pieces.get(piece).get(i), embeddings.get(piece)[i]);
            }
        }
        return result;
    }
}
