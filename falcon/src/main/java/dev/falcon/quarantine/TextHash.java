package dev.falcon.quarantine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Stands for a text in the journal, in files and between workers: the first 16 bytes of the SHA-256 over what prepares the
 * text and the text itself. Another encoder is another hash, as another one may well survive the same text.
 */
public record TextHash(long first, long second) {

    /** @param preparation as a model's runtime names it */
    public static TextHash of(String preparation, String text) {
        MessageDigest sha256 = sha256();
        sha256.update(preparation.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        ByteBuffer hash = ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        return new TextHash(hash.getLong(), hash.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(first) + HexFormat.of().toHexDigits(second);
    }
}
