package dev.falcon.model.transformer;

import dev.falcon.model.Manifest;
import dev.falcon.model.ModelFault;
import dev.falcon.model.ModelFault.Reason;
import dev.falcon.model.Sha256;
import dev.falcon.model.WeightFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Head} and the encoder it belongs to as bytes, big-endian: magic (8 bytes), format; the encoder's name and digest; number of labels and the labels (strings, as
 * {@link DataOutputStream#writeUTF} writes them), dimensions; for each label its bias and weights (floats). It holds all
 * that determines answers and nothing else, so its SHA-256 is the model's digest. Stateless.
 */
final class HeadFile {

    static final String NAME = "head.bin";
    static final int FORMAT = 1;

    private static final byte[] MAGIC = "FALCONTH".getBytes(StandardCharsets.US_ASCII);
    private static final long MAX_BYTES = 64L << 20;

    /** What a file holds. */
    record Content(String encoder, String encoderDigest, Head head) {}

    private HeadFile() {}

    static byte[] encode(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Head head = content.head();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeInt(FORMAT);
            out.writeUTF(content.encoder());
            out.writeUTF(content.encoderDigest());
            out.writeInt(head.labels().size());
            for (String label : head.labels()) {
                out.writeUTF(label);
            }
            out.writeInt(EncoderDescription.DIMENSIONS);
            for (int label = 0; label < head.labels().size(); label++) {
                out.writeFloat(head.bias(label));
                for (int d = 0; d < EncoderDescription.DIMENSIONS; d++) {
                    out.writeFloat(head.weight(label, d));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** The encoder that the head of a model directory names; empty where that cannot be read, whose reason loading tells. */
    static Optional<String> encoder(Path directory) {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(Files.newInputStream(directory.resolve(NAME))))) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC) && in.readInt() == FORMAT
                    ? Optional.of(in.readUTF())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads the head of a model directory, and verifies it against the manifest. */
    static Content read(Path directory, Manifest manifest) throws ModelFault {
        Path file = directory.resolve(NAME);
        byte[] bytes = WeightFile.bytes(file, MAX_BYTES);
        if (!Arrays.equals(bytes, 0, Math.min(bytes.length, MAGIC.length), MAGIC, 0, MAGIC.length)) {
            throw new ModelFault(file, Reason.CORRUPT, "not a head's file: it does not start with FALCONTH");
        }
        String digest = Sha256.hex(bytes);
        if (!digest.equals(manifest.digest())) {
            throw new ModelFault(file, Reason.DIGEST_MISMATCH,
                    "its SHA-256 is " + digest + ", but the manifest expects " + manifest.digest());
        }
        try {
            Content content = decode(bytes);
            if (!content.head().labels().equals(manifest.labels())) {
                throw new ModelFault(file, Reason.CORRUPT,
                        "its labels are " + content.head().labels() + ", the manifest's " + manifest.labels());
            }
            return content;
        } catch (EOFException e) {
            throw new ModelFault(file, Reason.TRUNCATED, "truncated: its content ends before all is there", e);
        } catch (UTFDataFormatException e) {
            throw new ModelFault(file, Reason.CORRUPT, "it holds a malformed string", e);
        } catch (IOException e) {
            throw new ModelFault(file, Reason.CORRUPT, String.valueOf(e.getMessage()), e);
        }
    }

    /** A number is checked before memory is taken for it. */
    static Content decode(byte[] bytes) throws IOException {
        ByteArrayInputStream rest = new ByteArrayInputStream(bytes, MAGIC.length, bytes.length - MAGIC.length);
        DataInputStream in = new DataInputStream(rest);
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("format " + format + ", but this version reads " + FORMAT);
        }
        String encoder = in.readUTF();
        String encoderDigest = in.readUTF();
        int size = in.readInt();
        if (size < 2 || size > rest.available() / Short.BYTES) {
            throw new IOException("it says it has " + size + " labels");
        }
        List<String> labels = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            labels.add(in.readUTF());
        }
        if (new HashSet<>(labels).size() != size) {
            throw new IOException("it has one of its labels twice");
        }
        int dimensions = in.readInt();
        if (dimensions != EncoderDescription.DIMENSIONS) {
            throw new IOException("it is for embeddings of " + dimensions + " numbers");
        }
        long expected = (long) size * (1 + dimensions) * Float.BYTES;
        if (rest.available() < expected) {
            throw new EOFException();
        }
        if (rest.available() > expected) {
            throw new IOException("it has " + (rest.available() - expected) + " bytes too many");
        }
        float[] biases = new float[size];
        float[][] weights = new float[size][];
        for (int label = 0; label < size; label++) {
            biases[label] = finite(in);
            weights[label] = new float[dimensions];
            for (int d = 0; d < dimensions; d++) {
                weights[label][d] = finite(in);
            }
        }
        return new Content(encoder, encoderDigest, new Head(labels, weights, biases));
    }

    private static float finite(DataInputStream in) throws IOException {
        float number = in.readFloat();
        if (!Float.isFinite(number)) {
            throw new IOException("it holds a number that is not finite");
        }
        return number;
    }
}
