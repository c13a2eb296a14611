package dev.falcon.model.linear;

import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import dev.falcon.model.WeightFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * {@link Weights} as bytes, big-endian: magic (8 bytes), format, length of the whole file, version of the tokenizer; labels (a
 * number of strings, as {@link DataOutputStream#writeUTF} writes them) and the number of examples of each; words (like labels); pairs
 * (a number, then two word numbers each); inverse document frequencies (floats); then for each row its bias and weights
 * (floats). The file holds all that determines answers and nothing else, so its SHA-256 is the model's digest. Stateless.
 */
final class WeightsFile {

    static final String NAME = "weights.bin";
    static final int FORMAT = 1;

    private static final byte[] MAGIC = "FALCONLR".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH_OFFSET = MAGIC.length + Integer.BYTES;
    private static final int HEADER_BYTES = LENGTH_OFFSET + Integer.BYTES;
    private static final long MAX_BYTES = 512L << 20;

    private WeightsFile() {}

    static byte[] encode(Weights weights) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeInt(FORMAT);
            out.writeInt(0);
            out.writeInt(Tokenizer.VERSION);
            Vocabulary vocabulary = weights.vocabulary();
            out.writeInt(weights.labels().size());
            for (String label : weights.labels()) {
                out.writeUTF(label);
            }
            for (int label = 0; label < weights.labels().size(); label++) {
                out.writeInt(weights.examples(label));
            }
            out.writeInt(vocabulary.wordCount());
            for (int word = 0; word < vocabulary.wordCount(); word++) {
                out.writeUTF(vocabulary.word(word));
            }
            out.writeInt(vocabulary.pairCount());
            for (int pair = 0; pair < vocabulary.pairCount(); pair++) {
                out.writeLong(vocabulary.pair(pair));
            }
            for (int number = 0; number < vocabulary.size(); number++) {
                out.writeFloat(weights.idf(number));
            }
            for (int row = 0; row < weights.rowCount(); row++) {
                out.writeFloat(weights.bias(row));
                for (int number = 0; number < vocabulary.size(); number++) {
                    out.writeFloat(weights.weight(row, number));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        byte[] encoded = bytes.toByteArray();
        ByteBuffer.wrap(encoded).putInt(LENGTH_OFFSET, encoded.length);
        return encoded;
    }

    /** Reads the weights of a model directory, and verifies them against the manifest. */
    static Weights read(Path directory, Manifest manifest) throws ModelFault {
        Path file = directory.resolve(NAME);
        byte[] bytes = WeightFile.bytes(file, MAX_BYTES);
        checkHeader(file, bytes);
        String digest = Sha256.hex(bytes);
        if (!digest.equals(manifest.digest())) {
            throw new ModelFault(file, Reason.DIGEST_MISMATCH,
                    "its SHA-256 is " + digest + ", but the manifest expects " + manifest.digest());
        }
        Weights weights = decoded(file, bytes);
        if (!weights.labels().equals(manifest.labels())) {
            throw new ModelFault(file, Reason.CORRUPT,
                    "its labels are " + weights.labels() + ", the manifest's " + manifest.labels());
        }
        return weights;
    }

    private static Weights decoded(Path file, byte[] bytes) throws ModelFault {
        try {
            return WeightsDecoder.decode(new ByteArrayInputStream(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES));
        } catch (IOException e) {
            throw new ModelFault(file, Reason.CORRUPT, String.valueOf(e.getMessage()), e);
        }
    }

    private static void checkHeader(Path file, byte[] bytes) throws ModelFault {
        if (!Arrays.equals(bytes, 0, Math.min(bytes.length, MAGIC.length), MAGIC, 0,
                Math.min(bytes.length, MAGIC.length))) {
            throw new ModelFault(file, Reason.CORRUPT, "not a weights file: it does not start with FALCONLR");
        }
        if (bytes.length < HEADER_BYTES) {
            throw new ModelFault(file, Reason.TRUNCATED, "truncated: " + bytes.length + " bytes do not hold a header");
        }
        ByteBuffer header = ByteBuffer.wrap(bytes);
        int format = header.getInt(MAGIC.length);
        int length = header.getInt(LENGTH_OFFSET);
        if (format != FORMAT) {
            throw new ModelFault(file, Reason.CORRUPT, "format " + format + ", but this version reads " + FORMAT);
        }
        if (bytes.length < length) {
            throw new ModelFault(file, Reason.TRUNCATED,
                    "truncated: it says it is " + length + " bytes long and has " + bytes.length);
        }
        if (bytes.length > length) {
            throw new ModelFault(file, Reason.CORRUPT,
                    "it says it is " + length + " bytes long and has " + bytes.length);
        }
    }
}
