package dev.falcon.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256, which every Java platform has. */
public final class Sha256 {

    private Sha256() {}

    /** The digest as 32 bytes. */
    public static byte[] of(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** The digest of the files' contents one behind the other, as 64 hexadecimal digits; holds little of them at once. */
    public static String ofFiles(List<Path> files) throws IOException {
        MessageDigest digest = digest();
        byte[] piece = new byte[1 << 16];
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                    digest.update(piece, 0, length);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("the Java platform must have SHA-256", e);
        }
    }

    /** The digest as 64 hexadecimal digits, in lower case. */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(of(bytes));
    }
}
