package dev.falcon.cache;

import dev.falcon.inference.Prediction;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prediction as bytes: a version, which also tells whether the text was truncated, the number of labels, and a probability
 * for each, big-endian doubles. The labels themselves are the model's, which the key names. A worker that knows the first
 * version only serves no model that truncates, so it asks for no entry of the second. Stateless.
 */
final class Entry {

    private static final byte WHOLE = 1;
    private static final byte TRUNCATED = 2;
    private static final int HEADER_BYTES = 1 + Short.BYTES;
    private static final double SUM_TOLERANCE = 1e-6;

    private Entry() {}

    static byte[] encode(Prediction prediction) {
        int labels = prediction.labels().size();
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + labels * Double.BYTES)
                .put(prediction.truncated() ? TRUNCATED : WHOLE)
                .putShort((short) labels);
        for (int i = 0; i < labels; i++) {
            bytes.putDouble(prediction.probability(i));
        }
        return bytes.array();
    }

    /** The prediction, or null if these bytes are none over these labels: another version, cut short, or no distribution. */
    static @Nullable Prediction decode(byte[] bytes, List<String> labels) {
        if (bytes.length != HEADER_BYTES + labels.size() * Double.BYTES) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        byte version = buffer.get();
        if ((version != WHOLE && version != TRUNCATED) || buffer.getShort() != (short) labels.size()) {
            return null;
        }
        double[] probabilities = new double[labels.size()];
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = buffer.getDouble();
            if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) {
                return null;
            }
            sum += probabilities[i];
        }
        return Math.abs(sum - 1) < SUM_TOLERANCE ? new Prediction(labels, probabilities, version == TRUNCATED) : null;
    }
}
