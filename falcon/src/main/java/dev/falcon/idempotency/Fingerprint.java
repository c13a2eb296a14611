package dev.falcon.idempotency;

import dev.falcon.inference.InferenceRequest;
import dev.falcon.inference.ModelReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over what is asked, and over a caller's key. Each part is preceded by its length, so that none runs into the next. */
final class Fingerprint {

    private static final String KEY_PREFIX = "falcon:idempotency:";

    /** Callers are not told apart yet; all share one scope. */
    private static final String SCOPE = "anyone";

    private Fingerprint() {}

    /** Models as asked and texts, in hex. */
    static String of(InferenceRequest request) {
        MessageDigest digest = sha256();
        for (ModelReference model : request.models()) {
            add(digest, model.toString());
        }
        add(digest, "");
        request.texts().forEach(text -> add(digest, text));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The store's key for a caller's key; the key itself leaves the worker nowhere. */
    static String storeKey(String idempotencyKey) {
        MessageDigest digest = sha256();
        add(digest, SCOPE);
        add(digest, idempotencyKey);
        return KEY_PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
