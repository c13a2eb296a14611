package dev.falcon.model.transformer;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Embeddings of training texts on disk, so that training again, or on a few texts more, does not embed them all anew: a file
 * for each encoder and number of tokens, to which records of one size are added (SHA-256 of the text, the embedding, a
 * checksum), and no text. Only a convenience: what cannot be read or written is embedded again. A damaged record is passed
 * over, and its text's embedding added anew behind the others. For one thread.
 */
final class EmbeddingStore {

    /** Beyond this it begins anew. */
    private static final long MAX_BYTES = 1L << 30;

    private static final int KEY_BYTES = 32;
    private static final int RECORD_BYTES = KEY_BYTES + EncoderDescription.DIMENSIONS * Float.BYTES + Long.BYTES;

    private final Path file;

    EmbeddingStore(CacheFolder cache, EncoderDescription encoder, int maxTokens) {
        this.file = cache.path()
                .resolve("embeddings-" + encoder.name() + "-" + encoder.digest().substring(0, 12) + "-" + maxTokens
                        + ".bin");
    }

    /**
     * Those of the texts that are there, by their digest.
     *
     * @param wanted SHA-256 (hex) of each text
     */
    Map<String, float[]> find(Set<String> wanted) {
        Map<String, float[]> found = new HashMap<>();
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 16))) {
            byte[] bytes = new byte[RECORD_BYTES];
            while (true) {
                in.readFully(bytes);
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                String key = HexFormat.of().formatHex(bytes, 0, KEY_BYTES);
                if (buffer.getLong(RECORD_BYTES - Long.BYTES) == checksum(bytes) && wanted.contains(key)) {
                    float[] embedding = new float[EncoderDescription.DIMENSIONS];
                    buffer.position(KEY_BYTES).slice().asFloatBuffer().get(embedding);
                    found.put(key, embedding);
                }
            }
        } catch (EOFException e) {
            return found;
        } catch (IOException e) {
            // There is none yet, or it is not for us.
            return found;
        }
    }

    /** Adds embeddings by their texts' digests. */
    void add(Map<String, float[]> embeddings) {
        ByteBuffer records = ByteBuffer.allocate(embeddings.size() * RECORD_BYTES);
        embeddings.forEach((key, embedding) -> {
            int start = records.position();
            records.put(HexFormat.of().parseHex(key));
            for (float number : embedding) {
                records.putFloat(number);
            }
            records.putLong(checksum(Arrays.copyOfRange(records.array(), start, start + RECORD_BYTES)));
        });
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            long end = channel.size() / RECORD_BYTES * RECORD_BYTES;
            channel.truncate(end > MAX_BYTES || !lock.isValid() ? 0 : end);
            channel.position(channel.size());
            records.flip();
            while (records.hasRemaining()) {
                channel.write(records);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // They will be embedded again next time.
        }
    }

    private static long checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, RECORD_BYTES - Long.BYTES);
        return crc.getValue();
    }
}
