package dev.falcon.model.linear;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Reads what follows a weights file's header. Whatever the bytes, it ends with weights that cannot fail later or with an
 * {@link IOException} whose message says what is wrong; a number is checked before memory is taken for it. Confined to one
 * read.
 */
final class WeightsDecoder {

    private final ByteArrayInputStream bytes;
    private final DataInputStream in;

    private WeightsDecoder(ByteArrayInputStream bytes) {
        this.bytes = bytes;
        this.in = new DataInputStream(bytes);
    }

    static Weights decode(ByteArrayInputStream afterHeader) throws IOException {
        try {
            return new WeightsDecoder(afterHeader).weights();
        } catch (EOFException e) {
            throw new IOException("its content ends before all is there", e);
        } catch (UTFDataFormatException e) {
            throw new IOException("it holds a malformed string", e);
        }
    }

    private Weights weights() throws IOException {
        int tokenizer = in.readInt();
        if (tokenizer != Tokenizer.VERSION) {
            throw new IOException(
                    "it was made for tokenizer " + tokenizer + ", but this version has " + Tokenizer.VERSION);
        }
        List<String> labels = strings("labels");
        if (labels.size() < 2) {
            throw new IOException("it has " + labels.size() + " labels");
        }
        int[] examples = examples(labels.size());
        List<String> words = strings("words");
        Vocabulary vocabulary = new Vocabulary(words, pairs(words.size()));
        float[] idf = floats(vocabulary.size());
        for (float frequency : idf) {
            if (frequency <= 0) {
                throw new IOException("it has an inverse document frequency that is not positive");
            }
        }
        float[] biases = new float[Weights.rowsFor(labels.size())];
        float[][] rows = new float[biases.length][];
        for (int row = 0; row < rows.length; row++) {
            biases[row] = floats(1)[0];
            rows[row] = floats(vocabulary.size());
        }
        if (bytes.available() > 0) {
            throw new IOException("it has " + bytes.available() + " bytes too many");
        }
        return new Weights(labels, vocabulary, idf, rows, biases, examples);
    }

    private List<String> strings(String what) throws IOException {
        int size = size(what, Short.BYTES);
        List<String> strings = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            strings.add(in.readUTF());
        }
        if (new HashSet<>(strings).size() != size) {
            throw new IOException("it has one of its " + what + " twice");
        }
        return strings;
    }

    private int[] examples(int labels) throws IOException {
        int[] examples = new int[labels];
        long total = 0;
        for (int label = 0; label < labels; label++) {
            examples[label] = in.readInt();
            total += examples[label];
            if (examples[label] < 0) {
                throw new IOException("it has a negative number of examples");
            }
        }
        if (total < 1 || total > Integer.MAX_VALUE) {
            throw new IOException("it was trained on " + total + " examples");
        }
        return examples;
    }

    private long[] pairs(int words) throws IOException {
        long[] pairs = new long[size("pairs", Long.BYTES)];
        for (int i = 0; i < pairs.length; i++) {
            int left = in.readInt();
            int right = in.readInt();
            pairs[i] = PairTable.key(left, right);
            if (left < 0 || left >= words || right < 0 || right >= words) {
                throw new IOException("it has a pair of words that it does not have");
            }
            if (i > 0 && pairs[i] <= pairs[i - 1]) {
                throw new IOException("its pairs are not in ascending order");
            }
        }
        return pairs;
    }

    private float[] floats(int size) throws IOException {
        if (size > bytes.available() / Float.BYTES) {
            throw new EOFException();
        }
        float[] floats = new float[size];
        for (int i = 0; i < size; i++) {
            floats[i] = in.readFloat();
            if (!Float.isFinite(floats[i])) {
                throw new IOException("it holds a number that is not finite");
            }
        }
        return floats;
    }

    /** A number of things of at least so many bytes each, which must fit in what is left. */
    private int size(String what, int bytesEach) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > bytes.available() / bytesEach) {
            throw new IOException("it says it has " + size + " " + what + ", more than fit in the file");
        }
        return size;
    }
}
